"""A receipt and its verdict in words, for the command line; every instant in the reporting time zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from app.counting import counted
from app.manner import current, parted
from app.receipts.causes import UNANSWERABLE
from app.receipts.desk import WAREHOUSE, Shown, Verdict
from app.receipts.difference import Change
from app.receipts.form import Receipt, spoken

PARTS = {
    "receipt_id": "its id",
    "metric": "which figure it is of",
    "version": "the version of the definition",
    "definition": "the definition",
    "marts": "what it was read from",
    "question": "what was asked",
    "as_of": "the instant it speaks about",
    "sql": "the statement",
    "models": "the models it was worked out by",
    "build": "the build it was read from",
    "sources": "the data that was in it",
    "checked_at": "when its promises were checked",
    "promises": "the promises",
    "answer": "the figure itself",
    "made_at": "when it was made",
    "key_id": "the number of the key that sealed it",
    "marks": "the marks of its parts",
    "seal": "the seal",
}
"""Each part of a receipt as people call it."""
MOST_ROWS = 40
MINUS = "−"


def told(shown: Shown, zone: ZoneInfo) -> list[str]:
    """What a receipt says, in lines, but for its rows and its statement; nothing of a part that was altered."""
    receipt, lost = shown.stored.receipt, set(shown.altered)
    asked = "not known" if "question" in lost else _asked(receipt.question)
    lines = [
        f"Receipt {spoken(receipt.receipt_id)}: {receipt.metric}, version {receipt.version}",
        f"Asked: {asked}, as of {_when(receipt.as_of, zone)}; first shown {_when(receipt.made_at, zone)} "
        f"({zone.key} time)",
        *([] if "build" in lost else [_build(receipt, zone)]),
        *([] if "sources" in lost else _sources(receipt, zone)),
        *([] if "promises" in lost else _promises(receipt, zone)),
        f"Read from: {', '.join(receipt.marts)}",
    ]
    if shown.stored.is_kept:
        lines.append("Kept for good: it is part of a frozen set.")
    lines.append(f"ALTERED: {_parts(shown.altered)}" if shown.altered else "Its seal holds.")
    return lines


def judged(verdict: Verdict, zone: ZoneInfo) -> list[str]:
    """The verdict in lines: the word, what differs, and why."""
    return [_headline(verdict, zone), *_changes(verdict.changes), *(f"  {cause.text}" for cause in verdict.causes)]


def as_json(shown: Shown) -> dict[str, object]:
    """A receipt for `--json`; values are texts, so that they stay exact. No rows where they were altered."""
    receipt, (names, rows) = shown.stored.receipt, table_in(shown)
    promises = {} if "promises" in shown.altered else receipt.promises
    return {
        "receipt": spoken(receipt.receipt_id),
        "metric": receipt.metric,
        "version": receipt.version,
        "question": receipt.question,
        "as_of": receipt.as_of,
        "made_at": receipt.made_at,
        "rows": [dict(zip(names, row, strict=True)) for row in rows],
        "marts": receipt.marts,
        "sql": receipt.sql,
        "build": receipt.build,
        "sources": receipt.sources,
        "checked_at": receipt.checked_at,
        **{f"promises_{outcome}": names for outcome, names in promises.items()},
        "is_kept": shown.stored.is_kept,
        "altered": list(shown.altered),
    }


def table_in(shown: Shown) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    """The names of the columns and the rows; none where they were altered, since nobody knows what they are then."""
    answer = shown.stored.receipt.answer
    return ([], []) if "answer" in shown.altered else (answer["names"], answer["rows"])


def verdict_as_json(verdict: Verdict) -> dict[str, object]:
    """A verdict for `--json`."""
    return {
        "state": verdict.state,
        "holds": verdict.holds,
        "altered": list(verdict.altered),
        "changes": [{**change.row, "kind": change.kind, "then": change.then, "now": change.now}
                    for change in verdict.changes],
        "causes": [{"kind": cause.kind, "text": cause.text, "source": cause.source or None,
                    "row_count": cause.row_count, "at": cause.at} for cause in verdict.causes],
    }  # fmt: skip


def _headline(verdict: Verdict, zone: ZoneInfo) -> str:
    if verdict.altered == (WAREHOUSE,):
        when = _when(verdict.receipt.build["ended_at"], zone)
        return (
            f"Altered in the warehouse: nothing was built since {when}, and yet the figure is not what the receipt "
            "says. Its seal holds. Ask who may write there; `plumbline run build` works the figure out anew."
        )
    if verdict.state == "altered":
        return (
            f"Altered: {_parts(verdict.altered)} Somebody has changed the receipt in the warehouse. Don't go by it; "
            "compare it with a backup."
        )
    if verdict.state == "identical":
        but = " What has changed since, without changing it:" if verdict.causes else ""
        return f"Identical: asked again, the figure is what the receipt says to the last digit.{but}"
    if not verdict.causes:
        return (
            "Restated, and nothing that was noted says why: the warehouse was built anew since, but of the sources of "
            "this figure nothing came. Compare the raw tables with a backup."
        )
    if verdict.causes[0].kind == UNANSWERABLE:
        return (
            "The receipt is genuine, and the figure cannot be asked for any more, so that nobody can say whether it "
            "would be the same."
        )
    return "Restated: the receipt is genuine, and the figure has changed since."


def _parts(names: Sequence[str]) -> str:
    """Such as "the statement and the seal do not fit what was sealed."."""
    words = [PARTS.get(name, name) for name in names]
    if set(PARTS) - {"marks", "seal"} <= set(names):
        return (
            "nothing in it fits what was sealed: all of it was changed, or the home's key of that number is not the "
            "one that sealed it. Look whether secrets.json was restored without it."
        )
    said = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
    return f"{said} {'does' if len(words) == 1 else 'do'} not fit what was sealed."


def _asked(question: Mapping[str, Any]) -> str:
    """What was asked, without the metric."""
    parts = []
    for name, value in question.items():
        if name == "by":
            parts.append(f"by {', '.join(value)}")
        elif name == "where":
            parts.append(f"where {', '.join(f'{dimension} is {wanted}' for dimension, wanted in value)}")
        elif name in ("since", "until"):
            parts.append(f"{name} {str(value)[:7]}")
        elif name == "include_partial":
            parts.append("with the running month")
        elif name != "metric":
            parts.append(f"{name.replace('_', ' ')} {value}")
    return ", ".join(parts) or "all complete months"


def _build(receipt: Receipt, zone: ZoneInfo) -> str:
    build = receipt.build
    part = f", and a part of {_when(build['live_at'], zone)}" if "live_at" in build else ""
    return f"Build of {_when(build['ended_at'], zone)}{part}, with data until {_when(build['as_of'], zone)}"


def _sources(receipt: Receipt, zone: ZoneInfo) -> Iterator[str]:
    for source, load in sorted(receipt.sources.items()):
        if load is None:
            yield f"  {source}: never loaded before that build"
            continue
        newest = f", newest event {_when(load['newest_event_at'], zone)}" if "newest_event_at" in load else ""
        rows = f" with {counted(load['row_count'], 'row')}" if load.get("row_count") is not None else ""
        yield f"  {source}: loaded {_when(load['ended_at'], zone)}{rows}{newest}"


def _promises(receipt: Receipt, zone: ZoneInfo) -> Iterator[str]:
    counts = [f"{len(names)} {outcome}" for outcome, names in sorted(receipt.promises.items(), reverse=True) if names]
    if receipt.checked_at is None or not counts:
        yield "Promises: none had been checked"
        return
    yield f"Promises checked {_when(receipt.checked_at, zone)}: {', '.join(sorted(counts, key=_kept_first))}"
    for outcome in ("broken", "warned"):
        yield from (f"  {outcome.capitalize()}: {name}" for name in receipt.promises.get(outcome, ()))


def _kept_first(count: str) -> tuple[bool, str]:
    return not count.endswith("kept"), count


def _changes(changes: Sequence[Change]) -> Iterator[str]:
    for change in changes[:MOST_ROWS]:
        row = ", ".join(str(value)[:7] if name == "month" else str(value) for name, value in change.row.items())
        then, now = (exact(value) for value in (change.then, change.now))
        words = {"changed": f"was {then}, is {now}", "gone": f"was {then}, is not there", "new": f"is new: {now}"}
        yield f"  {row}: {words[change.kind]}"
    if len(changes) > MOST_ROWS:
        yield f"  and {len(changes) - MOST_ROWS} more rows"


def exact(value: Any) -> str:
    """An exact text of a receipt as people read it: thousands parted, a true minus, n/a for none."""
    if value is None:
        return "n/a"
    whole, point, decimals = str(value).partition(".")
    digits = whole.removeprefix("-")
    if not digits.isdigit():
        return str(value)
    sign = MINUS if whole.startswith("-") else ""
    return f"{sign}{parted(int(digits))}{current().numeral(point)}{decimals}"


def _when(at: Any, zone: ZoneInfo) -> str:
    instant = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    return current().instant(instant.astimezone(zone))
