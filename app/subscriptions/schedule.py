"""When a subscription is due, in the time zone of whom it is for; pure, and right over changes of the clock.

An hour that a clock skips is the first instant after the gap, one that it passes twice is the first of both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo, available_timezones

from app.errors import UsageError

Rhythm = Literal["day", "business_day", "week", "month"]
RHYTHMS: tuple[Rhythm, ...] = get_args(Rhythm)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
LAST_DAY = 28
"""The last day of a month that every month has."""


@dataclass(frozen=True)
class Schedule:
    """How often, and at what hour where.

    Attributes:
        rhythm: every day, every business day (Monday to Friday), every week or every month.
        on_day: of a week 0 for Monday, of a month 1 to 28; 0 otherwise.
        at_hour: 0 to 23, by the clock of that zone.
        timezone: IANA's name, such as Europe/Berlin.

    Raises:
        UsageError: there is no such rhythm, day, hour or zone.
    """

    rhythm: Rhythm
    on_day: int
    at_hour: int
    timezone: str

    def __post_init__(self) -> None:
        days = {"week": range(7), "month": range(1, LAST_DAY + 1)}.get(self.rhythm, range(1))
        if self.rhythm not in RHYTHMS or self.on_day not in days or self.at_hour not in range(24):
            raise UsageError(
                f"No subscription is due like that: {self.rhythm!r}, day {self.on_day}, hour {self.at_hour}. Expected "
                f"one of {', '.join(RHYTHMS)}, a day of a week (0 to 6) or month (1 to {LAST_DAY}), an hour (0 to 23)."
            )
        if self.timezone not in available_timezones():
            raise UsageError(
                f"No time zone is called {self.timezone!r}. Expected one such as Europe/Berlin or America/New_York."
            )

    def last_due(self, now: datetime) -> datetime:
        """The newest instant up to now at which it was due, in UTC."""
        zone = ZoneInfo(self.timezone)
        day = now.astimezone(zone).date() + timedelta(days=1)
        while True:
            at = self._on(day, zone)
            if self._is_day(day) and at <= now:
                return at
            day -= timedelta(days=1)

    def next_due(self, now: datetime) -> datetime:
        """The first instant after now at which it is due, in UTC."""
        zone = ZoneInfo(self.timezone)
        day = now.astimezone(zone).date() - timedelta(days=1)
        while True:
            at = self._on(day, zone)
            if self._is_day(day) and at > now:
                return at
            day += timedelta(days=1)

    @property
    def said(self) -> str:
        """Such as "every Monday at 08:00, Europe/Berlin"."""
        monthly, weekly = f"on day {self.on_day} of each month", f"every {DAYS[self.on_day % 7]}"
        when = {"day": "every day", "business_day": "every business day", "month": monthly, "week": weekly}[self.rhythm]
        return f"{when} at {self.at_hour:02d}:00, {self.timezone.replace('_', ' ')}"

    def _is_day(self, day: date) -> bool:
        if self.rhythm == "month":
            return day.day == self.on_day
        if self.rhythm == "week":
            return day.weekday() == self.on_day
        return self.rhythm == "day" or day.weekday() < 5

    def _on(self, day: date, zone: ZoneInfo) -> datetime:
        """The hour on a day; one that the clock skips is as far behind the gap as it lies in it."""
        return datetime.combine(day, time(self.at_hour), zone).astimezone(UTC)
