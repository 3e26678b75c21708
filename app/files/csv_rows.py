"""The lines of a CSV file: UTF-8, commas, quotes in pairs."""

from __future__ import annotations

import csv
import io

from .cells import Cell, Lines
from .problems import Problem, Unreadable


def lines(name: str, content: bytes) -> Lines:
    """Each line that is not empty with its number, the header first.

    Raises:
        Unreadable: the content is not UTF-8, or not well-formed.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        found = error.object[error.start : error.start + 1]
        raise Unreadable(Problem(name, f"byte {error.start} is not UTF-8", repr(found), "text saved as UTF-8",
                                 "Save the file as UTF-8")) from None  # fmt: skip
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    first = 1  # of the row's lines; a text in quotes may go over several
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield first, [Cell(cell.strip()) for cell in cells]
            first = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(Problem(name, "the file is not well-formed CSV", str(error),
                                 "commas between values and quotes in pairs", "Correct the file",
                                 line=first)) from None  # fmt: skip
