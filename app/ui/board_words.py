"""A board pack's figures in words and numbers, the same on the page and on the command line. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any

from app.board.opened import Hidden, Opened, OpenedPack
from app.counting import counted
from app.receipts.causes import UNANSWERABLE
from app.receipts.form import spoken
from app.receipts.words import exact
from app.ui import format as f

HIDDEN: Mapping[Hidden | None, str] = {
    Hidden.ROLE: "not for your role",
    Hidden.ALTERED: "not known",
    Hidden.KEYLESS: "not known: the key that sealed it is missing",
    Hidden.GONE: "not shown: what it was read from is gone",
}
CHANGED, ALTERED = "now", "altered"
"""What the words begin with for a line that has changed, or was altered."""
NOT_WHOLE = (
    "The pack is not what was signed: somebody has changed it in the warehouse, or this home's key is another than the "
    "one that signed it. Compare both with a backup."
)
SHOWN_CAUSES = 3


@dataclass(frozen=True)
class FrozenRow:
    """A line of a pack: which figure, of which part, its value, and the receipt that proves it.

    `parts` are the values of its dimensions, as receipts hold them.
    """

    label: str
    value: str
    receipt: str
    parts: tuple[Any, ...] = ()


def frozen_rows(one: Opened) -> list[FrozenRow]:
    """The lines of one figure, the largest part first, then those that were not there when it was frozen.

    One line says so where it is hidden, has no value, or its rows were altered, and so are not what was frozen.
    """
    receipt = spoken(one.frozen.receipt_id)
    if one.shown is None:
        return [FrozenRow(one.label, HIDDEN[one.hidden], receipt)]
    if "answer" in one.shown.altered:
        return [FrozenRow(one.label, HIDDEN[Hidden.ALTERED], receipt)]
    answer, names = one.shown.stored.receipt.answer, part_names(one)
    at = len(names) + 1
    lines = [(tuple(row[1:at]), row[at]) for row in sorted(answer["rows"], key=lambda row: _falling(row[at]))]
    lines += [(parts_of(change, names), None) for change in _changes(one) if change["kind"] == "new"]
    if not lines:
        return [FrozenRow(one.label, f.MISSING, receipt)]
    return [FrozenRow(named(one.label, parts), in_unit(value, one.unit), receipt, parts) for parts, value in lines]


def part_names(one: Opened) -> list[str]:
    """What stands between the month and the value in a row: the dimensions, of a cohort its age before them."""
    if one.shown is None:
        return []
    names = list(one.shown.stored.receipt.answer["names"])
    return names[1 : names.index("value")]


def _falling(value: Any) -> Decimal:
    """Sorts the largest first; what is no number ends the list."""
    number = Decimal(str(value or 0))
    return Decimal("Infinity") if number.is_nan() else -number


def _changes(one: Opened) -> Sequence[Mapping[str, Any]]:
    return one.compared.changes if one.compared is not None else ()


def named(label: str, parts: Sequence[Any]) -> str:
    """Such as "MRR: Core"."""
    return f"{label}: {', '.join('not known' if part is None else str(part) for part in parts)}" if parts else label


def in_unit(value: Any, unit: str) -> str:
    """A value as exact as people read it: dollars to the cent, ratios as percent; without a unit to the last digit."""
    if value is None:
        return f.MISSING
    amount = float(Decimal(str(value)))
    if not unit or amount != amount or abs(amount) == float("inf"):
        return exact(value)
    if unit == "usd":
        return f"{f.MINUS if amount < 0 else ''}${f.number(abs(amount), 2)}"
    if unit == "ratio":
        return f.percent(amount)
    if unit == "times":
        return str(f.figure(amount, unit))
    if unit == "count":
        return f.number(amount)
    return f"{f.number(amount, 1)}{f.THIN}{unit}"


def change_words(one: Opened, row: FrozenRow) -> str:
    """What became of a line since: its value now, or that it is unchanged, or that nobody has asked yet."""
    if one.hidden is Hidden.ALTERED or (one.shown and one.shown.altered):
        return f"{ALTERED}: what is frozen is not what was sealed"
    if one.shown is None:
        return ""
    if one.compared is None:
        return "not compared yet"
    if is_unanswerable(one):
        return "cannot be asked again"
    names = part_names(one)
    change = next((each for each in one.compared.changes if parts_of(each, names) == row.parts), None)
    if one.compared.altered and (change or not one.compared.changes):
        return f"{ALTERED}: changed by hand"
    if change is None:
        return "unchanged"
    return f"{CHANGED} {_now(change, row.value, one.unit)}"


def _now(change: Mapping[str, Any], shown: str, unit: str) -> str:
    """The value now; where it looks like the frozen one, what is another all the same."""
    now = in_unit(change["now"], unit)
    if now != shown or change["kind"] != "changed":
        return now
    return f"{now}, for another reason" if change["now"] == change["then"] else f"{now}, another by less than is shown"


def parts_of(change: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(change.get(name) for name in names)


def is_unanswerable(one: Opened) -> bool:
    """Whether nobody can ask for it any more: its metric, or what that was read from, is gone."""
    return one.compared is not None and any(cause["kind"] == UNANSWERABLE for cause in one.compared.causes)


def causes(one: Opened) -> list[str]:
    """Why a figure changed or cannot be asked, the first few reasons; nothing where it is as it was."""
    if one.compared is None or not (one.compared.changes or is_unanswerable(one)):
        return []
    found = [str(cause["text"]) for cause in one.compared.causes]
    rest = len(found) - SHOWN_CAUSES
    return found[:SHOWN_CAUSES] + ([f"and {rest} more"] if rest > 0 else []) or ["Nothing that was noted says why."]


def finding(opened: OpenedPack) -> str:
    """Such as "Nothing has changed since it was frozen", "3 of 16 figures have changed since"."""
    if not opened.is_whole or any(one.is_altered for one in opened.figures):
        return "This pack was altered: do not go by it"
    seen = [one for one in opened.figures if one.shown is not None]
    if not seen:
        return "None of its figures can be shown to you"
    if not any(one.compared is not None for one in seen):
        return f"{counted(len(seen), 'figure')}, as {'it was' if len(seen) == 1 else 'they were'}"
    changed, gone = sum(1 for one in seen if _changes(one)), sum(1 for one in seen if is_unanswerable(one))
    said = []
    if changed and opened.is_outdated:
        said.append(f"{_of(changed, seen)} had changed when last compared")
    elif changed:
        said.append(f"{_of(changed, seen)} {'has' if changed == 1 else 'have'} changed since")
    if gone:
        said.append(f"{f.number(gone) if changed else _of(gone, seen)} cannot be asked again")
    if not said:
        nothing = ("Nothing has changed since it was frozen", "Nothing had changed when last compared")
        said.append(nothing[opened.is_outdated])
    return ", ".join(said)


def compared_when(opened: OpenedPack, zone: tzinfo) -> str:
    """When the figures that the reader sees were compared, and whether a build has ended since; empty where never."""
    compared = [one.compared.compared_at for one in opened.figures if one.compared is not None]
    if not compared:
        return ""
    since = "; a build has ended since" if opened.is_outdated else ""
    return f"Compared {f.long_time(min(compared), zone)}{since}"


def _of(count: int, seen: Sequence[Opened]) -> str:
    return f"{f.number(count)} of {f.number(len(seen))} figures"


def doubts(opened: OpenedPack, zone: tzinfo) -> list[str]:
    """Of which sources not all of the month had been loaded when it was frozen, as far as the reader sees figures."""
    month = opened.pack.month
    end = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=zone)
    short: dict[str, datetime] = {}
    for one in opened.figures:
        loads = one.shown.stored.receipt.sources if one.shown and not one.shown.altered else {}
        for source, load in loads.items():
            until = datetime.fromisoformat(load["as_of"]) if load and load.get("as_of") else end
            if until < end:
                short[source] = until
    return [
        f"{source} had been loaded until {f.long_time(until, zone)}, so not for all of {month:%B %Y}."
        for source, until in sorted(short.items())
    ]
