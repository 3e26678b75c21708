"""A cell as it was found, whichever format it comes from, and what a column makes of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .schema import Column, Refused, Value

Line = tuple[int, Sequence["Cell"]]
Lines = Iterator[Line]
AS_TEXT = "write it as text (format the cell as text, then type it again)"


@dataclass(frozen=True)
class Cell:
    """What stands in a cell.

    Attributes:
        text: as a CSV file would have it, without the blanks around it; nothing for an empty cell.
        kind: `text`, or what a workbook says it is: `number`, `day`, `instant`, `flag`, `error`, `uncomputed`.
    """

    text: str
    kind: str = "text"


EMPTY = Cell("")


class Unfit(ValueError):
    """A cell is not what its column allows; `found` says in words what it is."""

    def __init__(self, found: str, advice: str = "") -> None:
        super().__init__(found)
        self.found, self.advice = found, advice


def value_of(cell: Cell, column: Column, is_key: bool) -> Value:
    """What the column makes of a cell. An empty cell is null, in a key an empty text, where it may be empty.

    Raises:
        Unfit: it is nothing that the column allows.
    """
    if not cell.text and column.may_be_empty:
        return "" if is_key else None
    if cell.kind != "text" and cell.kind not in column.cells:
        raise _unfit(cell, column)
    is_text = "number" in column.cells and column.json_type.get("type") == ["string", "null"]
    if is_text and cell.kind == "number" and not cell.text.lstrip("-").isdigit():
        raise Unfit(f"the number {cell.text}", AS_TEXT)
    try:
        if not cell.text:
            raise ValueError
        return column.read(cell.text)
    except Refused as refused:
        raise Unfit(repr(cell.text), refused.advice) from None
    except ValueError:
        raise Unfit(repr(cell.text), "take the character U+0000 out" if "\x00" in cell.text else "") from None


def _unfit(cell: Cell, column: Column) -> Unfit:
    match cell.kind:
        case "uncomputed":
            return Unfit("a formula without its value", "open the workbook in your spreadsheet program and save it")
        case "error":
            return Unfit(f"the error {cell.text}", "mend the formula")
        case "instant":
            return Unfit(f"an instant, {cell.text}", "leave the time out")
    if "day" in column.cells and cell.kind == "number":
        return Unfit(f"the number {cell.text}", "format the cell as a date")
    words = {"number": "the number", "day": "the date", "flag": "the truth value"}
    return Unfit(f"{words[cell.kind]} {cell.text}", AS_TEXT if column.json_type.get("format") is None else "")


def is_blank(cells: Sequence[Cell]) -> bool:
    return not any(cell.text for cell in cells)
