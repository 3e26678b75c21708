"""Workbooks as spreadsheet programs save them, and such as nobody should."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

from openpyxl import Workbook

from app.files.catalogue import BY_NAME
from app.files.check import Checked, check

TARGETS = ("metric", "month", "target")


def workbook(*rows: Sequence[Any], change: Callable[[Workbook], None] = lambda book: None) -> bytes:
    """A workbook whose only sheet has these rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Sheet1"
    for row in rows:
        sheet.append(row)
    change(book)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def edited(content: bytes, old: str, new: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook with a piece of one of its parts exchanged."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            text = before.read(name)
            if name == part:
                assert old.encode() in text, text[:2000]
                text = text.replace(old.encode(), new.encode(), 1)
            after.writestr(name, text)
    return made.getvalue()


def targets(content: bytes) -> Checked:
    return check("targets.xlsx", content, BY_NAME["targets"])
