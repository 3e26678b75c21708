"""Workbooks: days as days, numbers as they were typed, formulas by their value; what is odd is refused in words."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from openpyxl import Workbook

from app.files import package
from app.files.catalogue import BY_NAME
from app.files.check import check

from .workbooks import TARGETS, edited, targets, workbook

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        (1200.5, "1200.5"), (1200.5000000000002, "1200.5"), (0.1 + 0.2, "0.3"), (12300000, "12300000"),
        (-0.05, "-0.05"), (0.0, "0"), (123456789012345, "123456789012345"), (1e-9, "0.000000001"),
        ("1200.50", "1200.50"),
    ],
    ids=["a plain number", "noise of a calculation", "noise of an addition", "a whole number", "five per cent less",
         "nothing", "fifteen digits", "very little", "a number written as text"],
)  # fmt: skip
def test_a_number_is_what_a_person_typed(cell: object, value: str) -> None:
    found = targets(workbook(TARGETS, ("mrr", date(2026, 1, 1), cell)))
    assert found.problems == () and found.rows[0]["target"] == Decimal(value)


def test_days_in_the_wrong_order_are_told_by_the_cell_of_the_later() -> None:
    rows = (BY_NAME["quotas"].header, (42, "Ada", date(2026, 4, 1), date(2026, 1, 1), "usd", 10))
    [problem] = check("quotas.xlsx", workbook(*rows), BY_NAME["quotas"]).problems
    assert (problem.place, problem.expected) == ("row 2, cell D2, column period_end", "period_end after period_start")


@pytest.mark.parametrize("cell", [date(2026, 1, 1), datetime(2026, 1, 1), "2026-01-01", "2026-01"])
def test_a_day_is_a_date_or_written_as_one(cell: object) -> None:
    found = targets(workbook(TARGETS, ("mrr", cell, 1)))
    assert found.problems == () and found.rows[0]["month"] == "2026-01-01"


def test_days_are_right_where_the_workbook_counts_from_1904() -> None:
    def from_1904(book: Workbook) -> None:
        from openpyxl.utils.datetime import CALENDAR_MAC_1904

        book.epoch = CALENDAR_MAC_1904

    content = workbook(TARGETS, ("mrr", date(2026, 1, 1), 1), change=from_1904)
    assert targets(content).rows[0]["month"] == "2026-01-01"


def test_zeros_in_front_are_kept_where_they_are_shown() -> None:
    def zeros(book: Workbook) -> None:
        book.active["A2"].number_format = "0000"

    rows = (BY_NAME["quotas"].header, (42, "Ada", date(2026, 1, 1), date(2026, 4, 1), "usd", 10))
    assert check("quotas.xlsx", workbook(*rows, change=zeros), BY_NAME["quotas"]).rows[0]["rep_id"] == "0042"


def test_a_formula_is_the_value_that_was_kept_of_it() -> None:
    made = workbook(TARGETS, ("mrr", date(2026, 1, 1), "=2+3"))
    assert targets(edited(made, "<f>2+3</f><v />", "<f>2+3</f><v>5</v>")).rows[0]["target"] == 5


def test_the_sheet_named_as_the_file_is_read_and_otherwise_the_first_that_is_shown() -> None:
    def two_sheets(book: Workbook) -> None:
        book.active.sheet_state = "hidden"
        for title, target in (("Notes", 1), ("Targets", 2)):
            sheet = book.create_sheet(title)
            sheet.append(TARGETS)
            sheet.append(("mrr", date(2026, 1, 1), target))

    def without_ours(book: Workbook) -> None:
        two_sheets(book)
        del book["Targets"]

    assert targets(workbook(("other",), change=two_sheets)).rows[0]["target"] == 2
    assert targets(workbook(("other",), change=without_ours)).rows[0]["target"] == 1


def test_empty_rows_at_the_end_and_hidden_rows_are_no_trouble() -> None:
    def hide(book: Workbook) -> None:
        book.active.row_dimensions[2].hidden = True
        book.active["A900"].number_format = "0.00"

    found = targets(workbook(TARGETS, ("mrr", date(2026, 1, 1), 1), (None, None, None), change=hide))
    assert found.problems == () and [row["line_number"] for row in found.rows] == [2]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("mrr", date(2026, 1, 15), 1),
         "targets.xlsx, row 3, cell B3, column month: the value is wrong. Found '2026-01-15'; expected the first day "
         "of a month from 1970 on, such as 2026-01-01. Correct the value and load again."),
        (("mrr", 46023, 1),
         "targets.xlsx, row 3, cell B3, column month: the value is wrong. Found the number 46023; expected the first "
         "day of a month from 1970 on, such as 2026-01-01. Format the cell as a date and load again."),
        (("mrr", datetime(2026, 1, 1, 9, 30), 1),
         "targets.xlsx, row 3, cell B3, column month: the value is wrong. Found an instant, 2026-01-01 09:30:00; "
         "expected the first day of a month from 1970 on, such as 2026-01-01. Leave the time out and load again."),
        (("mrr", date(2026, 1, 1), "=1/0"),
         "targets.xlsx, row 3, cell C3, column target: the value is wrong. Found a formula without its value; expected "
         "a number with a decimal point such as 1200.50, at most 15 digits on either side of it. Open the workbook in "
         "your spreadsheet program and save it and load again."),
        (("mrr", date(2026, 1, 1), "#DIV/0!"),
         "targets.xlsx, row 3, cell C3, column target: the value is wrong. Found the error #DIV/0!; expected a number "
         "with a decimal point such as 1200.50, at most 15 digits on either side of it. Mend the formula and load "
         "again."),
        ((date(2026, 1, 1), date(2026, 1, 1), 1),
         "targets.xlsx, row 3, cell A3, column metric: the value is wrong. Found the date 2026-01-01; expected a "
         "text. Write it as text (format the cell as text, then type it again) and load again."),
        ((1.5, date(2026, 1, 1), 1),
         "targets.xlsx, row 3, cell A3, column metric: the value is wrong. Found the number 1.5; expected a "
         "text. Write it as text (format the cell as text, then type it again) and load again."),
        (("mrr", None, 1),
         "targets.xlsx, row 3, cell B3, column month: the value is wrong. Found ''; expected the first day of a month "
         "from 1970 on, such as 2026-01-01. Correct the value and load again."),
        (("mrr", date(2026, 1, 1), 1, None, "a note"),
         "targets.xlsx, row 3: the number of values is wrong. Found 5; expected 3 (metric, month, target). Correct the "
         "row and load again."),
        (("arr", date(2026, 1, 1), 2),
         "targets.xlsx, row 3: the row is there twice. Found metric, month = arr, 2026-01-01 again, first in row 2; "
         "expected one row for each. Remove one and load again."),
    ],
    ids=["a day that begins no month", "a day formatted as a number", "a day with a time", "a formula never worked out",
         "an error", "a text that became a date", "a text that became a number", "an empty value",
         "a note beside the table", "a row twice"],
)  # fmt: skip
def test_a_broken_workbook_names_the_cell(row: tuple[Any, ...], message: str) -> None:
    found = targets(workbook(TARGETS, ("arr", date(2026, 1, 1), 1), row))
    assert [str(problem) for problem in found.problems] == [message]


def test_merged_cells_are_refused() -> None:
    content = workbook(TARGETS, ("mrr", date(2026, 1, 1), 1), change=lambda book: book.active.merge_cells("A2:A3"))
    assert "cell A2: cells are merged. Found A2:A3" in str(targets(content).problems[0])


def old_or_locked(inside: bytes) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + inside + bytes(512)


def bomb(size: int) -> bytes:
    """A workbook of some kilobytes whose sheet unpacks to so many bytes."""
    sound, made = io.BytesIO(workbook(TARGETS)), io.BytesIO()
    with zipfile.ZipFile(sound) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as to:
        for name in before.namelist():
            to.writestr(name, bytes(size) if name.endswith("sheet1.xml") else before.read(name))
    return made.getvalue()


def lying_bomb() -> bytes:
    """The same, but its directory says that the sheet is small."""
    content = bytearray(bomb(300_000_000))
    for signature, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        at = content.find(b"xl/worksheets/sheet1.xml") if signature == b"PK\x03\x04" else content.rfind(b"sheet1.xml")
        start = content.rfind(signature, 0, at)
        content[start + offset : start + offset + 4] = struct.pack("<I", 5_000)
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (old_or_locked("EncryptedPackage".encode("utf-16-le")), "the workbook is protected by a password"),
        (old_or_locked(b""), "the workbook is of the format before 2007"),
        (b"metric,month,target\n", "the workbook cannot be opened"),
        (workbook(TARGETS)[:2000], "the workbook cannot be opened"),
        (b"", "the workbook cannot be opened"),
        (partial(bomb, 300_000_000), "the workbook unpacks to too much"),
        (lying_bomb, "the workbook cannot be opened"),
        (edited(workbook(TARGETS), "<sheetData>", "<!DOCTYPE a [<!ENTITY b 'c'>]><sheetData>"), "entities declared"),
        (edited(workbook(TARGETS), "</row>", "<c"), "a part that is damaged"),
        (workbook(TARGETS, change=lambda book: setattr(book.active, "sheet_state", "visible")), ""),
    ],
    ids=["a password", "an old workbook", "text called a workbook", "half a workbook", "an empty file", "a bomb",
         "a bomb that lies", "entities", "a damaged sheet", "a sound one, for comparison"],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_in_words(content: bytes | Callable[[], bytes], message: str) -> None:
    """A bomb is made when its turn comes, and not by each worker that collects the tests."""
    found = [str(problem) for problem in targets(content() if callable(content) else content).problems]
    assert len(found) == bool(message) and all(message in said for said in found), found


def test_a_sheet_with_one_cell_in_its_farthest_corner_costs_nothing() -> None:
    content = edited(workbook(TARGETS), "</sheetData>",
                     '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')  # fmt: skip
    assert "the sheet is too large" in str(targets(content).problems[0])


def test_a_sheet_of_wide_empty_rows_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.files.workbook.MOST_CELLS", 100_000)
    wide = "".join(f'<row r="{n}"><c r="XFD{n}" s="0"/></row>' for n in range(2, 60))
    content = edited(workbook(TARGETS), "</sheetData>", wide + "</sheetData>")
    assert "the sheet is too large" in str(targets(content).problems[0])


def test_an_archive_of_very_many_parts_is_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(package.MOST_PARTS + 1):
            archive.writestr(f"xl/{number}", b"")
    assert "unpacks to too much" in str(targets(made.getvalue()).problems[0])


@pytest.mark.parametrize(
    ("part", "before", "after"),
    [
        ("styles.xml", b"</cellXfs>", b"<xf/>" * 300_000 + b"</cellXfs>"),
        ("sheet1.xml", b"</row>", b"<x/>" * 300_000 + b"</row>"),
        ("sheet1.xml", b"</row>", b"<x><!--</row>-->" * 300_000 + b"</row>"),
    ],
    ids=["styles", "one row", "a row that feigns its end"],
)
def test_a_small_archive_of_millions_of_tags_is_refused_before_it_becomes_gigabytes(
    part: str, before: bytes, after: bytes
) -> None:
    sound, made = io.BytesIO(workbook(TARGETS)), io.BytesIO()
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(before, after, 1) if name.endswith(part) else content)
    [problem] = targets(made.getvalue()).problems
    assert f"{part} than a spreadsheet program writes" in problem.found


def test_a_large_sheet_of_ordinary_rows_is_read() -> None:
    rows = [(f"m{number}", date(2026, 1, 1), number) for number in range(20_000)]
    assert len(targets(workbook(TARGETS, *rows)).rows) == 20_000


def test_entities_in_utf_16_are_refused_as_well() -> None:
    sound, made = io.BytesIO(workbook(TARGETS)), io.BytesIO()
    with zipfile.ZipFile(sound) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + content
                content = content.decode().encode("utf-16")
            new.writestr(name, content)
    assert "in another encoding than UTF-8" in targets(made.getvalue()).problems[0].found


def test_merged_cells_are_seen_in_single_quotes() -> None:
    content = edited(workbook(TARGETS, ("mrr", date(2026, 1, 1), 1)), "</sheetData>",
                     "</sheetData><mergeCells count='1'><mergeCell ref='A2:A3'/></mergeCells>")  # fmt: skip
    assert "cells are merged. Found A2:A3" in str(targets(content).problems[0])
