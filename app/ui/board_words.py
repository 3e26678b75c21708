"""A board pack's figures in words and numbers, the same on the page and on the command line. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.board.packs import Opened, OpenedPack
from app.receipts.form import spoken
from app.ui import format as f

HIDDEN = "not for your role"
SHOWN_CAUSES = 3


@dataclass(frozen=True)
class FrozenRow:
    """A line of a pack: which figure, of which part, its value, and the receipt that proves it.

    `parts` are the values of its dimensions, as receipts hold them.
    """

    label: str
    value: str
    receipt: str
    parts: tuple[str, ...] = ()


def frozen_rows(one: Opened) -> list[FrozenRow]:
    """The lines of one figure, the largest part first; one line that says so where it is hidden or has no value."""
    label, receipt = one.metric.label, spoken(one.frozen.receipt_id)
    if one.shown is None:
        return [FrozenRow(label, HIDDEN, receipt)]
    answer = one.shown.stored.receipt.answer
    at = list(answer["names"]).index("value")
    rows = sorted(answer["rows"], key=lambda row: -Decimal(row[at] or 0)) or [["", *one.frozen.figure.by, None]]
    return [
        FrozenRow(named(label, row[1:at]), in_unit(row[at], one.metric.unit), receipt, tuple(map(str, row[1:at])))
        for row in rows
    ]


def named(label: str, parts: Sequence[Any]) -> str:
    """Such as "MRR: Core"."""
    return f"{label}: {', '.join('not known' if part is None else str(part) for part in parts)}" if parts else label


def in_unit(value: Any, unit: str) -> str:
    """A value as exact as people read it: dollars to the cent, ratios as percent."""
    if value is None:
        return f.MISSING
    amount = float(Decimal(str(value)))
    if unit == "usd":
        return f"{f.MINUS if amount < 0 else ''}${abs(amount):,.2f}"
    if unit == "ratio":
        return f.percent(amount)
    if unit == "count":
        return f.number(amount)
    return f"{f.number(amount, 1)}{f.THIN}{unit}"


def change_words(one: Opened, row: FrozenRow) -> str:
    """What became of a line since: its value now, or that it is unchanged, or that nobody has asked yet."""
    if one.shown is None:
        return ""
    if one.shown.altered:
        return "altered: what is frozen is not what was sealed"
    if one.compared is None:
        return "not compared yet"
    change = next((each for each in one.compared.changes if parts_of(each, one) == row.parts), None)
    if one.compared.altered and (change or not one.compared.changes):
        return "altered: changed by hand"
    if change is None:
        return "unchanged"
    return f"now {in_unit(change['now'], one.metric.unit)}"


def parts_of(change: Mapping[str, Any], one: Opened) -> tuple[str, ...]:
    return tuple(str(change.get(name)) for name in one.frozen.figure.by)


def causes(one: Opened) -> list[str]:
    """Why a figure changed, the first few reasons; nothing where it did not."""
    if one.compared is None or not one.compared.changes:
        return []
    found = [str(cause["text"]) for cause in one.compared.causes]
    rest = len(found) - SHOWN_CAUSES
    return found[:SHOWN_CAUSES] + ([f"and {rest} more"] if rest > 0 else []) or ["Nothing that was noted says why."]


def finding(opened: OpenedPack) -> str:
    """Such as "Nothing has changed since it was frozen", "3 of 16 figures have changed since"."""
    if not opened.is_whole or any(_is_altered(one) for one in opened.figures):
        return "This pack was altered: do not go by it"
    seen = [one for one in opened.figures if one.shown is not None]
    compared = [one.compared for one in seen if one.compared is not None]
    if not compared:
        return f"{f.number(len(seen))} figures, as they were"
    changed = sum(1 for each in compared if each.changes)
    if not changed:
        return "Nothing has changed since it was frozen"
    return f"{f.number(changed)} of {f.number(len(seen))} figures {'has' if changed == 1 else 'have'} changed since"


def _is_altered(one: Opened) -> bool:
    return bool((one.shown and one.shown.altered) or (one.compared and one.compared.altered))
