"""The success measures R1 to R5, worked out of the ledger. Pure: the one place where each is defined.

The page, `plumbline measures` and the tests read them here; models/DECISIONS.md, section 20, says what they mean. Each
speaks of the last four weeks, and of thirteen weeks one by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import TypeVar
from zoneinfo import ZoneInfo

from app.ledger.entries import ENGINEER, Entry

WEEKS = 13
WINDOW_WEEKS = 4
T = TypeVar("T")
FASTER, SELF_SERVED, MOST_HOURS = 0.75, 0.8, 3.0
"""The targets of R1 (so much less time), R2 (so large a share) and R5 (fewer hours a week)."""
WRITERS = ("analyst", ENGINEER)
"""Who writes SQL: what they build is no sign that others can."""
LABELS = {
    "R1": "Time to insight",
    "R2": "Answered without an engineer",
    "R3": "Reports built without SQL",
    "R4": "Discrepancies left unexplained",
    "R5": "Engineering time on data requests",
}


@dataclass(frozen=True)
class Baseline:
    """What an ad-hoc question took before: hours, and who said so on which day."""

    hours: float
    said_by: str
    said_on: date


@dataclass(frozen=True)
class Line:
    """A department's line of the reconciliation: exact amounts, in the figure's unit."""

    figure: str
    department: str
    claimed: Decimal
    certified: Decimal
    unexplained: Decimal


@dataclass(frozen=True)
class Signed:
    """A signature under a line, and the rest that it was given for."""

    at: datetime
    unexplained: Decimal


@dataclass(frozen=True)
class Week:
    """One week from its Monday: its value, None where nothing was that it could be made of, and of how much it is."""

    monday: date
    value: float | None
    count: int


@dataclass(frozen=True)
class Measure:
    """One measure.

    Attributes:
        key: R1 to R5.
        value: of the last four weeks (of R4 of now), in `unit`; None where it is not known.
        unit: hours, ratio, count, hours a week.
        goal: the target, in the same unit; of R1 from the baseline, None without one.
        is_met: None where it cannot be said.
        why: why not, in a sentence.
        count: of how many questions, reports or lines it is made; `left`: how many of them stayed unanswered.
        weeks: thirteen, oldest first; the last one is running.
        entries: the questions behind it, the newest first.
        lines: of R4.
        ready, known: of R2, how many of the questions of the business a page answers, and how many there are.
        before: of R1.
    """

    key: str
    value: float | None
    unit: str
    goal: float | None
    is_met: bool | None
    why: str = ""
    count: int = 0
    left: int = 0
    weeks: tuple[Week, ...] = ()
    entries: tuple[Entry, ...] = ()
    lines: tuple[Line, ...] = ()
    ready: int = 0
    known: int = 0
    before: Baseline | None = None

    @property
    def label(self) -> str:
        return LABELS[self.key]


@dataclass(frozen=True)
class Weeks:
    """The calendar of the measures: thirteen weeks up to `now`, Mondays in the reporting time zone."""

    now: datetime
    zone: ZoneInfo

    @property
    def mondays(self) -> tuple[date, ...]:
        today = self.now.astimezone(self.zone).date()
        last = today - timedelta(days=today.weekday())
        return tuple(last - timedelta(weeks=back) for back in range(WEEKS - 1, -1, -1))

    @property
    def since(self) -> datetime:
        """When the first of them begins."""
        return datetime.combine(self.mondays[0], datetime.min.time(), self.zone)

    def is_recent(self, at: datetime) -> bool:
        """Whether it lies in the last four times seven days."""
        return self.now - timedelta(weeks=WINDOW_WEEKS) <= at <= self.now

    def of(self, things: Iterable[T], when: Callable[[T], datetime]) -> dict[date, list[T]]:
        """Monday → what falls into its week; what is older or later is left out."""
        found: dict[date, list[T]] = {monday: [] for monday in self.mondays}
        for thing in things:
            day = when(thing).astimezone(self.zone).date()
            found.get(day - timedelta(days=day.weekday()), []).append(thing)
        return found


def time_to_insight(entries: Sequence[Entry], weeks: Weeks, before: Baseline | None) -> Measure:
    """R1: the median time from the first step of an ad-hoc question to its answer, beside what it took before."""
    asked = [each for each in entries if each.is_ad_hoc and not each.is_of_engineer and each.state != "open"]
    recent = [each for each in asked if weeks.is_recent(each.began_at)]
    value, goal = _median(recent), before.hours * (1 - FASTER) if before else None
    why = "" if before else "What a question took before is not entered, so nobody can say how much faster it is."
    if value is None:
        why = "No ad-hoc question was answered in the last four weeks."
    by_week = weeks.of(asked, lambda each: each.began_at)
    return Measure(
        "R1", value, "hours", goal, None if value is None or goal is None else value <= goal, why, len(recent),
        sum(each.state == "unanswered" for each in recent),
        tuple(Week(monday, _median(found), len(found)) for monday, found in by_week.items()), _newest(recent),
        before=before,
    )  # fmt: skip


def self_served(entries: Sequence[Entry], weeks: Weeks, ready: int, known: int) -> Measure:
    """R2: the share of all questions that were answered without an engineer; and of those known beforehand, how many
    a page answers to somebody who is none.
    """
    asked = [each for each in entries if not each.is_of_engineer and each.state != "open"]
    recent = [each for each in asked if weeks.is_recent(each.began_at)]
    value = _share(recent)
    why = "" if value is not None else "No question was asked in the last four weeks."
    is_met = None if value is None else value >= SELF_SERVED and ready >= SELF_SERVED * known
    return Measure(
        "R2", value, "ratio", SELF_SERVED, is_met, why, len(recent),
        sum(each.state == "unanswered" for each in recent),
        tuple(Week(monday, _share(found), len(found))
              for monday, found in weeks.of(asked, lambda each: each.began_at).items()),
        _newest(recent), ready=ready, known=known,
    )  # fmt: skip


def own_reports(entries: Sequence[Entry], weeks: Weeks) -> Measure:
    """R3: how many times people who write no SQL built a report and kept it."""
    built = [each for each in entries if "kept" in each.ways and "sql" not in each.ways
             and each.state != "open" and not set(each.roles) & set(WRITERS)]  # fmt: skip
    recent = [each for each in built if weeks.is_recent(each.began_at)]
    why = "" if recent else "Nobody outside data teams kept a report of their own in the last four weeks."
    return Measure(
        "R3", float(len(recent)), "count", 1.0, bool(recent), why, len(recent), 0,
        tuple(Week(monday, float(len(found)), len(found))
              for monday, found in weeks.of(built, lambda each: each.began_at).items()),
        _newest(recent),
    )  # fmt: skip


def unexplained(lines: Sequence[Line], signed: Sequence[Signed], weeks: Weeks, why: str = "") -> Measure:
    """R4: how many lines of the reconciliation leave a rest that no reason explains, now; by week as they were signed.

    Args:
        lines: every department's claim as it stands.
        signed: signatures of thirteen weeks.
        weeks: the calendar.
        why: why there are no lines, where there are none.
    """
    bare = sum(line.unexplained != 0 for line in lines)
    by_week = weeks.of(signed, lambda each: each.at)
    return Measure(
        "R4", float(bare) if lines else None, "count", 0.0, bare == 0 if lines else None,
        "" if lines else why or "No department has claimed a figure yet.", len(lines), bare,
        tuple(Week(monday, float(sum(each.unexplained != 0 for each in found)) if found else None, len(found))
              for monday, found in by_week.items()),
        lines=tuple(lines),
    )  # fmt: skip


def engineer_time(entries: Sequence[Entry], weeks: Weeks) -> Measure:
    """R5: the hours a week that engineers noted for questions that were handed to people, by when they answered."""
    worked = [each for each in entries if each.answered_role == ENGINEER and each.answered_at is not None]
    recent = [each for each in worked if each.answered_at and weeks.is_recent(each.answered_at)]
    is_used = any(each.to_role for each in entries)
    value = _hours(recent) / WINDOW_WEEKS if is_used else None
    by_week = weeks.of(worked, lambda each: each.answered_at or each.began_at)
    return Measure(
        "R5", value, "hours a week", MOST_HOURS, None if value is None else value < MOST_HOURS,
        "" if is_used else "No question was handed to people in the last thirteen weeks, so no time was noted.",
        len(recent), 0,
        tuple(Week(monday, _hours(found) if is_used else None, len(found)) for monday, found in by_week.items()),
        _newest(recent),
    )  # fmt: skip


def _median(entries: Sequence[Entry]) -> float | None:
    known = [each.hours for each in entries if each.hours is not None]
    return median(known) if known else None


def _share(entries: Sequence[Entry]) -> float | None:
    served = sum(each.state == "answered" and not each.took_engineer for each in entries)
    return served / len(entries) if entries else None


def _hours(entries: Sequence[Entry]) -> float:
    return sum(each.minutes or 0 for each in entries) / 60


def _newest(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda each: each.began_at, reverse=True))
