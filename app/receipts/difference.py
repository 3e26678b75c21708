"""What differs between an answer as a receipt holds it and the same question's answer now, row by row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from app.receipts.form import table_of

VALUE = "value"


@dataclass(frozen=True)
class Change:
    """One row that is not what it was.

    Attributes:
        kind: its value is another, it is gone, or it is new.
        row: month and dimensions.
        then, now: its value as exact text; None where it has none, or there is no such row.
    """

    kind: Literal["changed", "gone", "new"]
    row: Mapping[str, Any]
    then: Any
    now: Any


def differences(then: Mapping[str, Any], names: tuple[str, ...], values: tuple[tuple[Any, ...], ...]) -> list[Change]:
    """The rows that differ, in the order of the receipt, those that are new at the end.

    Args:
        then: `answer` of a receipt.
        names: of the columns now.
        values: the rows now.

    Returns:
        Nothing where the answers are equal: 1.50 equals 1.5, and no value equals only no value.
    """
    before, after = _by_row(then), _by_row(table_of(names, values))
    found = []
    for key, (row, value) in before.items():
        if key not in after:
            found.append(Change("gone", row, _shown(value), None))
        elif not _equal(value, after[key][1]):
            found.append(Change("changed", row, _shown(value), _shown(after[key][1])))
    found += [Change("new", row, None, _shown(value)) for key, (row, value) in after.items() if key not in before]
    return found


def _by_row(answer: Mapping[str, Any]) -> dict[tuple[tuple[str, Any], ...], tuple[dict[str, Any], list[Any]]]:
    """Month and dimensions → what stands there: the value, and what comes with it, such as a reason."""
    names: Sequence[str] = answer["names"]
    at = names.index(VALUE) if VALUE in names else len(names)
    return {
        tuple(zip(names[:at], row[:at], strict=True)): (dict(zip(names[:at], row[:at], strict=True)), row[at:])
        for row in answer["rows"]
    }


def _shown(value: list[Any]) -> Any:
    return value[0] if value else None


def _equal(then: list[Any], now: list[Any]) -> bool:
    return len(then) == len(now) and all(_same(*pair) for pair in zip(then, now, strict=True))


def _same(one: Any, other: Any) -> bool:
    if one == other or one is None or other is None:
        return bool(one == other)
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return False
