"""What an open Live page says: what has moved since it was opened, how far the data goes, what is late. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from decimal import Decimal
from html import escape

from app.manner import current
from app.metrics import Metric
from app.ui import format as f
from app.ui.drill_words import amount
from app.ui.reading import shift
from app.warehouse import Status

AWAY = "the warehouse did not answer"


@dataclass(frozen=True)
class Move:
    """Something that happened while the page was open.

    Attributes:
        at: when the page saw it.
        what: the figure's name, or "month"; with `at` it names the move.
        words: a sentence without its full stop, as text.
    """

    at: datetime
    what: str
    words: str


def exactly(value: float | None, metric: Metric) -> str:
    """To the cent or the piece."""
    return amount(None if value is None else Decimal(str(value)), metric)


def went(metric: Metric, was: float | None, is_: float | None, at: datetime) -> Move | None:
    """Which figure became what it is; None where somebody who reads it to the cent sees no other figure."""
    before, now = exactly(was, metric), exactly(is_, metric)
    return None if before == now else Move(at, metric.name, f"{metric.label} went from {before} to {now}")


def turned(running: date, at: datetime) -> Move:
    """That another month runs: its figures are not those of the one before, which they must not be compared with."""
    return Move(at, "month", f"{f.month_name(running)} has begun: {f.month_name(shift(running, -1))} is closed")


def seen_at(moment: datetime, now: datetime, zone: tzinfo) -> str:
    """The time of day to the second; of an earlier day the day before it."""
    local = moment.astimezone(zone)
    is_today = local.date() == now.astimezone(zone).date()
    at = current().clock(local, has_seconds=True)
    return at if is_today else f"{f.day(local)}, {at}"


def moves_html(moves: Sequence[Move], since: datetime, now: datetime, zone: tzinfo) -> str:
    """What has moved since the page was opened, the newest first; `app/first.js` has what is new of it read out."""
    if not moves:
        opened = seen_at(since, now, zone)
        return f'<p class="pl-age" data-pl-moves="">Nothing has moved since you opened it at {opened}.</p>'
    listed = (
        f'<li data-pl-move="{each.at.isoformat()} {each.what}"><time>{seen_at(each.at, now, zone)}</time> '
        f"<span>{escape(each.words)}</span></li>"
        for each in moves
    )
    return f'<ul class="pl-moves" data-pl-moves="">{"".join(listed)}</ul>'


def loaded_at(status: Status, zone: tzinfo) -> str:
    """When what a figure rests on was loaded, such as "22 Nov, 06:00": an age would be another one each minute."""
    seen = status.loaded_at
    return f"{f.day(seen.astimezone(zone))}, {f.clock(seen.astimezone(zone))}" if seen else ""
