"""The hours in which support works: Monday to Friday, 08:00 to 18:00 in UTC."""

from __future__ import annotations

from typing import Any

from pipelines.sandbox.company.times import DAY, HOUR

OPENS = 8 * HOUR
LENGTH = 10 * HOUR
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
_THURSDAY = 3  # the first day of the epoch, counted from Monday


def rows() -> list[dict[str, Any]]:
    """support_hours.csv, as support keeps it."""
    return [{"day": day, "opens": "08:00", "closes": "18:00", "time_zone": "UTC"} for day in WEEKDAYS]


def worked(start: int, end: int) -> int:
    """Seconds of office hours in a stretch of time."""
    return _since_epoch(end) - _since_epoch(start)


def after(start: int, seconds: int) -> int:
    """When so many seconds of office hours have passed."""
    day, rest = divmod(_since_epoch(start) + seconds, LENGTH)
    week, weekday = divmod(day, 5)
    return (week * 7 + weekday - _THURSDAY) * DAY + OPENS + rest


def _since_epoch(instant: int) -> int:
    day, second = divmod(instant, DAY)
    week, weekday = divmod(day + _THURSDAY, 7)
    today = min(max(second - OPENS, 0), LENGTH) if weekday < 5 else 0
    return (week * 5 + min(weekday, 5)) * LENGTH + today
