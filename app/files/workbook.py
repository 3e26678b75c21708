"""The rows of a workbook's sheet, read as a stream and within bounds: days as days, numbers as a person typed them."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from .cells import EMPTY, Cell, Lines
from .package import broken, pack, unpack
from .problems import Problem, Unreadable

MOST_ROWS = 200_000
MOST_CELLS = 4_000_000
"""Empty ones count: one cell far to the right makes a row of sixteen thousand."""
MERGED = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*ref=[\"']([A-Z0-9:]+)[\"']")
ZEROS = re.compile(r"0{2,15}")
warnings.filterwarnings("ignore", module="openpyxl")  # it tells of what it leaves out: validations, styles, pictures


def lines(name: str, content: bytes, wanted: str) -> Lines:
    """Each row that is not empty with its number, the header first.

    The sheet is the one that is called as the file, otherwise the first that is not hidden. Hidden rows and columns
    count as any other. A formula is the value that the spreadsheet program kept of it.

    Args:
        name: of the file, for messages.
        content: the file's bytes.
        wanted: what the sheet is called where there are several.

    Raises:
        Unreadable: it cannot be opened, holds too much, has no such sheet, or cells that are merged.
    """
    parts = unpack(name, content)
    try:
        yield from _rows(name, parts, wanted)
    except (ArithmeticError, AttributeError, LookupError, OSError, SyntaxError, TypeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable(broken(name, f"a part that is damaged ({type(error).__name__})")) from None


def _rows(name: str, parts: dict[str, bytes], wanted: str) -> Lines:
    from openpyxl import load_workbook  # takes a third of a second, and most files are CSV

    packed = pack(parts)
    book = load_workbook(packed, read_only=True, data_only=True, keep_links=False)
    title = _title(name, book, wanted)
    sheet = book[title]
    sheet.reset_dimensions()  # what a sheet says of its own size need not be true
    part = parts.get(sheet._worksheet_path.lstrip("/"), b"")
    _refuse_merged(name, part)
    formulas: Iterator[Sequence[Any]] | None = None
    if re.search(rb"<(?:\w+:)?f[\s>/]", part):
        twin = load_workbook(packed, read_only=True, keep_links=False)[title]
        twin.reset_dimensions()
        formulas = twin.iter_rows()
    looked = 0
    for number, row in enumerate(sheet.iter_rows(), 1):
        written = next(formulas, ()) if formulas else ()
        looked += len(row)
        cells = [_cell(cell, written[index] if index < len(written) else None) for index, cell in enumerate(row)]
        while cells and not cells[-1].text:
            cells.pop()
        if number > MOST_ROWS or looked > MOST_CELLS:
            raise Unreadable(_too_large(name, number))
        if cells:
            yield number, cells


def _title(name: str, book: Any, wanted: str) -> str:
    shown = [sheet.title for sheet in book.worksheets if sheet.sheet_state == "visible"]
    named = [title for title in shown if title.strip().lower() == wanted]
    if not shown:
        raise Unreadable(Problem(name, "the workbook has no sheet that can be seen", "only hidden ones",
                                 f"a sheet named {wanted}, or one sheet", "Show the sheet"))  # fmt: skip
    return str((named or shown)[0])


def _refuse_merged(name: str, part: bytes) -> None:
    merged = MERGED.search(part)
    if merged:
        where = merged[1].decode()
        raise Unreadable(Problem(name, "cells are merged", where, "one value in each cell",
                                 "Split the cells and fill in each", cell=where.partition(":")[0]))  # fmt: skip


def _too_large(name: str, row: int) -> Problem:
    return Problem(name, "the sheet is too large", f"more at row {row:,}",
                   f"at most {MOST_ROWS:,} rows and {MOST_CELLS:,} cells",
                   "Delete empty rows and columns that are formatted, or save the sheet as CSV")  # fmt: skip


def _cell(cell: Any, written: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell("=", "uncomputed") if getattr(written, "data_type", "") == "f" else EMPTY
    if cell.data_type == "e":
        return Cell(str(value), "error")
    match value:
        case bool():
            return Cell("true" if value else "false", "flag")
        case datetime() if value.time() == time():
            return Cell(value.date().isoformat(), "day")
        case date() if not isinstance(value, datetime):
            return Cell(value.isoformat(), "day")
        case int() | float():
            return Cell(_number(value, str(cell.number_format)), "number")
        case str():
            return Cell(value.strip())
    return Cell(str(value), "instant")


def _number(value: int | float, shown_as: str) -> str:
    """As a person typed it: fifteen digits, which is all that a spreadsheet keeps of what is typed, and no noise.

    A number that is shown with zeros in front (00042) is read as it is shown.
    """
    plain = format(Decimal(f"{value:.15g}").normalize(), "f")
    plain = "0" if plain == "-0" else plain
    return plain.zfill(len(shown_as)) if ZEROS.fullmatch(shown_as) and plain.isdigit() else plain
