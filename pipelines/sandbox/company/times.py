"""Instants of the company: epoch seconds in UTC, and the calendar as Stripe bills by it."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

HOUR = 3600
DAY = 86400


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    """Epoch seconds of a UTC instant."""
    return calendar.timegm((year, month, day, hour, minute, second))


START = at(2024, 1, 1)
ANCHOR = at(2026, 11, 22, 11)
EVENTS_SINCE = ANCHOR - 40 * DAY


def day_of(instant: int) -> date:
    """The UTC day of an instant."""
    return date(1970, 1, 1) + timedelta(days=instant // DAY)


def midnight(day: date) -> int:
    """The UTC midnight that begins a day."""
    return calendar.timegm((day.year, day.month, day.day, 0, 0, 0))


@lru_cache(maxsize=4096)
def _written(day: int) -> str:
    return (date(1970, 1, 1) + timedelta(days=day)).isoformat()


def stamp(instant: int) -> str:
    """`2026-11-20T15:04:05Z`."""
    day, second = divmod(instant, DAY)
    return f"{_written(day)}T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z"


def add_months(anchor: int, months: int) -> int:
    """The anchor's day and time so many months later; a day that the month lacks is its last one."""
    moment = datetime.fromtimestamp(anchor, UTC)
    index = moment.year * 12 + moment.month - 1 + months
    year, month = divmod(index, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return at(year, month + 1, day, moment.hour, moment.minute, moment.second)


def cycle_start(anchor: int, interval: str, count: int, cycle: int) -> int:
    """Start of a billing cycle, counted from the anchor (cycle 0), as Stripe keeps to the anchor's day."""
    if interval == "day":
        return anchor + cycle * count * DAY
    if interval == "week":
        return anchor + cycle * count * 7 * DAY
    return add_months(anchor, cycle * count * (12 if interval == "year" else 1))
