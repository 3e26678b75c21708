"""When somebody uses the product: as many days apart as they are used to, seldom at weekends, less before an end.

A visit is judged when it begins, so what is not known by then cannot change it: a longer life has the same visits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.sandbox.company.dice import share
from pipelines.sandbox.company.times import DAY, HOUR

Span = tuple[int, int]
"""From one instant up to, not including, another."""

Fade = tuple[int, int, int]
"""From one instant on less and less, from a second on hardly ever, at a third it is over."""

FOREVER = 1 << 40
OPENS = 8 * HOUR  # local time at which a working day begins
OFFICE_HOURS = 10 * HOUR
SHORTEST, LONGEST = 150, 3300
AT_WORK = 0.78  # visits of a weekend that are made on a day of the next week instead
OFFSET = {"US": -5, "CA": -5, "BR": -3, "GB": 0, "IN": 5, "SG": 8, "JP": 9, "AU": 10}


@dataclass(frozen=True)
class Visit:
    """Its beginning and end, epoch seconds."""

    start: int
    end: int


@dataclass(frozen=True)
class Habit:
    """How one person uses the product.

    Attributes:
        key: whose dice.
        country: where the day begins.
        created: when the person was invited.
        pace: days from one visit to the next.
        phase: where in the first of these the first one falls, 0 to 1. Below 0.7 the person looks in at once.
        spans: when the account is open.
        fades: when the account loses interest.
    """

    key: str
    country: str
    created: int
    pace: float
    phase: float
    spans: tuple[Span, ...]
    fades: tuple[Fade, ...]

    @property
    def looks_in_at_once(self) -> bool:
        """Whether the person accepts the invitation in the moment in which it comes."""
        return self.phase < 0.7

    @property
    def step(self) -> int:
        """Seconds between visits; there is at most one a day."""
        return int(max(self.pace, 0.9) * DAY)

    @property
    def first(self) -> int:
        return self.created + int(self.phase * self.step)


def visits(habit: Habit, since: int, until: int) -> list[Visit]:
    """All visits that begin in [since, until], in order."""
    number = max(0, (since - 8 * DAY - habit.first) // habit.step)
    days: set[int] = set()
    while (raw := habit.first + number * habit.step) <= until + 2 * DAY:
        days.add(_day(habit, raw))
        number += 1
    made = (_visit(habit, day) for day in sorted(days))
    return [one for one in made if one is not None and since <= one.start <= until]


def last_seen(habit: Habit, until: int) -> int | None:
    """The end of the last visit that is over by then; else when the person looked in at once; None: never."""
    best: int | None = None
    closed = max((end for begin, end in habit.spans if begin <= until), default=0)
    number = (min(until, closed) + 2 * DAY - habit.first) // habit.step
    while number >= 0:
        raw = habit.first + number * habit.step
        if best is not None and raw + 8 * DAY < best:
            break
        day = _day(habit, raw)
        if best is None or (day + 2) * DAY > best:
            made = _visit(habit, day)
            if made is not None and made.end <= until and (best is None or made.end > best):
                best = made.end
        number -= 1
    if best is None and habit.looks_in_at_once and habit.created <= until:
        return habit.created
    return best


def _day(habit: Habit, raw: int) -> int:
    """The day of a visit, counted from 1970: most of those that would fall on a weekend wait for a working day."""
    day = raw // DAY
    weekday = (day + 3) % 7
    if weekday < 5:
        return day
    chance = share(habit.key, day, "weekend")
    return day if chance >= AT_WORK else day + (7 - weekday) + int(chance / AT_WORK * 5)


def _visit(habit: Habit, day: int) -> Visit | None:
    """The visit of a local day, if it is made."""
    chance = share(habit.key, day, "visit")
    start = day * DAY + OPENS + int(chance * OFFICE_HOURS) - OFFSET.get(habit.country, 1) * HOUR
    if start <= habit.created or not any(begin <= start < end for begin, end in habit.spans):
        return None
    fading = [min(1.0, (start - begin) / (full - begin)) for begin, full, end in habit.fades if begin <= start < end]
    if fading and share(habit.key, day, "fades") < 0.15 + 0.75 * max(fading):
        return None
    return Visit(start, start + SHORTEST + int(chance * 1e6) % (LONGEST - SHORTEST))


def merged(spans: Iterator[Span], bound: int) -> tuple[Span, ...]:
    """The spans up to a bound, in order, without empty ones."""
    return tuple(sorted((begin, min(end, bound)) for begin, end in spans if begin < min(end, bound)))
