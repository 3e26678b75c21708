"""Reads and checks a whole file before anything of it is used."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import csv_rows, workbook
from .cells import Cell, Line, Lines, Unfit, value_of
from .package import OLE, ZIP
from .problems import Problem, Unreadable
from .schema import After, Column, FileSchema, Row, Value

MOST_PROBLEMS = 50
MOST_BYTES = 20 * 1024 * 1024
FORMATS = ("csv", "xlsx")


@dataclass(frozen=True)
class Checked:
    """What a file holds, or what is wrong with it.

    Attributes:
        rows: in the file's order, each with its `line_number`; none where there are problems.
        problems: at most `MOST_PROBLEMS`, in the file's order.
        has_more: whether there may be more problems than these.
    """

    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    has_more: bool = False

    @property
    def is_good(self) -> bool:
        return not self.problems


def check(name: str, content: bytes, schema: FileSchema) -> Checked:
    """Every row of a file that keeps its schema; no rows when it has only a header. Otherwise all that is wrong.

    Args:
        name: of the file, whose ending says what it is.
        content: its bytes.
        schema: what it is checked against.
    """
    rows: list[Row] = []
    problems: list[Problem] = []
    try:
        for found in _examined(name, _lines(name, content, schema), schema):
            if isinstance(found, Problem):
                problems.append(found)
            else:
                rows.append(found)
            if len(problems) > MOST_PROBLEMS:
                return Checked(problems=tuple(problems[:MOST_PROBLEMS]), has_more=True)
    except Unreadable as stopped:
        problems.append(stopped.problem)
    return Checked(problems=tuple(problems)) if problems else Checked(tuple(rows))


def _lines(name: str, content: bytes, schema: FileSchema) -> Lines:
    """The lines of the file by its ending, which must be true."""
    if len(content) > MOST_BYTES:
        raise Unreadable(Problem(name, "the file is too large", f"{len(content):,} bytes",
                                 f"at most {MOST_BYTES:,}", "Leave out what is not needed"))  # fmt: skip
    ending = name.rpartition(".")[2].lower()
    if ending == "xlsx":
        return workbook.lines(name, content, schema.name)
    if content.startswith((ZIP, OLE)):
        raise Unreadable(Problem(name, "the ending is not true", "a workbook", "a CSV file",
                                 "Save it as CSV, or as .xlsx"))  # fmt: skip
    if ending != "csv":
        raise Unreadable(Problem(name, "the ending is wrong", f"a name that ends with {ending!r}",
                                 ".csv or .xlsx", "Save it as one of them"))  # fmt: skip
    return csv_rows.lines(name, content)


def _examined(name: str, lines: Lines, schema: FileSchema) -> Iterator[Row | Problem]:
    """The rows, and a problem for each thing that is wrong; nothing after a header that is."""
    number, cells = next(lines, (1, ()))
    header = [cell.text for cell in cells]
    if tuple(header) != schema.header:
        yield _wrong_header(name, number, header, schema)
        return
    seen: dict[tuple[Value, ...], int] = {}
    for line in lines:
        row, problems = _row(name, line, schema)
        yield from problems
        if problems:
            continue
        key, number = schema.key_of(row), line[0]
        if key in seen:
            yield _twice(name, number, schema, key, seen[key])
            continue
        seen[key] = number
        yield row | {"line_number": number}


def _row(name: str, line: Line, schema: FileSchema) -> tuple[dict[str, Value], list[Problem]]:
    number, cells = line
    is_workbook = name.lower().endswith(".xlsx")
    row: dict[str, Value] = {}
    if is_workbook:  # a row of a sheet has no end of its own: what is empty at its right is empty
        cells = [*cells, *[Cell("")] * (len(schema.columns) - len(cells))]
    if len(cells) != len(schema.columns):
        return row, [Problem(name, "the number of values is wrong", str(len(cells)),
                             f"{len(schema.columns)} ({', '.join(schema.header)})",
                             f"Correct the {'row' if is_workbook else 'line'}", line=number)]  # fmt: skip
    problems = []
    for index, (column, cell) in enumerate(zip(schema.columns, cells, strict=True)):
        try:
            row[column.name] = value_of(cell, column, column.name in schema.key)
        except Unfit as unfit:
            problems.append(_wrong_value(name, number, index if is_workbook else None, column, unfit))
    if not problems:
        problems = [_out_of_order(name, number, schema, order, row) for order in schema.orders if not order.holds(row)]
    return row, problems


def _wrong_header(name: str, line: int, header: Sequence[str], schema: FileSchema) -> Problem:
    expected = ", ".join(schema.header)
    if len(header) == 1 and ";" in header[0]:
        return Problem(name, "the values are not separated by commas", f"semicolons in {header[0]!r}", expected,
                       'Save it as "CSV UTF-8 (comma delimited)" or as .xlsx', line=line)  # fmt: skip
    return Problem(name, "the header is wrong", ", ".join(header) or "nothing", expected, "Correct the header",
                   line=line)  # fmt: skip


def _wrong_value(name: str, line: int, index: int | None, column: Column, unfit: Unfit) -> Problem:
    advice = unfit.advice or "correct the value"
    cell = _place(index, line) if index is not None else ""
    return Problem(name, "the value is wrong", unfit.found, column.allowed, advice[0].upper() + advice[1:], line=line,
                   cell=cell, column=column.name)  # fmt: skip


def _out_of_order(name: str, line: int, schema: FileSchema, order: After, row: Row) -> Problem:
    found = f"{order.later} {row[order.later]}, {order.earlier} {row[order.earlier]}"
    cell = _place(schema.header.index(order.later), line) if name.lower().endswith(".xlsx") else ""
    return Problem(name, "the values are out of order", found, order.says, "Correct one of them", line=line, cell=cell,
                   column=order.later)  # fmt: skip


def _place(index: int, line: int) -> str:
    return f"{chr(ord('A') + index)}{line}"


def _twice(name: str, line: int, schema: FileSchema, key: tuple[Value, ...], first: int) -> Problem:
    found = f"{', '.join(schema.key)} = {', '.join(str(part) for part in key)} again, first on line {first}"
    if name.lower().endswith(".xlsx"):
        found = found.replace("on line", "in row")
    return Problem(name, "the row is there twice", found, "one row for each", "Remove one", line=line)
