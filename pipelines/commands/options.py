"""The options that several commands share, and how dates are read."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

import typer

from app.errors import UsageError
from app.settings import Settings

Json = Annotated[
    bool, typer.Option("--json", help="Answer with one JSON object on standard output; all else on standard error.")
]

DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
TIME_OF_DAY = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}")


def read_date(option: str, text: str | None) -> date | None:
    """The date an option was given; None where it was not.

    Raises:
        UsageError: it is not an ISO date (a month such as 2026-10 stands for its first day).
    """
    if text is None:
        return None
    try:
        return date.fromisoformat(f"{text}-01" if len(text) == len("2026-10") else text)
    except ValueError:
        raise UsageError(
            f"{option} is not a date. Found {text!r}; expected one such as 2026-10-31, or 2026-10."
        ) from None


def read_instant(option: str, text: str, settings: Settings) -> datetime:
    """The instant an option was given, in UTC. A bare date means the end of that day in the reporting time zone.

    Raises:
        UsageError: it is neither a date nor an instant with its offset.
    """
    try:
        if DAY.fullmatch(text):
            local = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time.min, settings.timezone)
            return local.astimezone(UTC)
        instant = _read_clock(text)
        if instant.tzinfo is not None:
            return instant.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day there are have none before and after
        raise UsageError(
            f"{option} is neither a date nor an instant. Found {text!r}; expected 2026-10-31 or 2026-10-31T12:00:00Z."
        ) from None
    raise UsageError(f"{option} has no offset. Found {text!r}; expected one such as 2026-10-31T12:00:00Z.")


def read_known(option: str, text: str, settings: Settings, clock: datetime) -> datetime:
    """The instant an option was given, in UTC: as `read_instant`, and without an offset in the reporting time zone.

    Args:
        option: its name.
        text: what was given; the day of the clock means up to now.
        settings: with the reporting time zone.
        clock: the business clock, beyond which nothing can be known.

    Raises:
        UsageError: it is neither a date nor an instant, or lies ahead of the clock.
    """
    is_day = DAY.fullmatch(text) is not None
    if not is_day:
        with suppress(ValueError, OverflowError):
            local = _read_clock(text)
            if local.tzinfo is None:
                text = local.replace(tzinfo=settings.timezone).isoformat()
    instant = read_instant(option, text, settings)
    if is_day and text == clock.astimezone(settings.timezone).date().isoformat():
        return clock
    if instant > clock:
        raise UsageError(
            f"{option} lies ahead of the business clock. Found {text!r}; the clock stands at "
            f"{clock.astimezone(settings.timezone):%Y-%m-%dT%H:%M:%S%z}. Expected that instant or an earlier one."
        )
    return instant


def _read_clock(text: str) -> datetime:
    """A day with its time. Other ways to write a day alone (20261031, 2026-W44-6) would be read as its beginning.

    Raises:
        ValueError: it is something else.
    """
    if not TIME_OF_DAY.match(text):
        raise ValueError(text)
    return datetime.fromisoformat(text)
