"""How long first replies and solutions took, in hours and in hours of the office."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.support_hours import worked
from pipelines.sandbox.company.truth import half_away
from pipelines.sandbox.figures.cases import CUTS, Worked, month_of
from pipelines.sandbox.figures.told import Told

Key = tuple[Any, ...]


def times(cases: list[Worked], books: Books) -> Iterator[Told]:
    """Of each month, whole and by one dimension at a time: the middle one, and what nine of ten do not exceed."""
    ends: tuple[tuple[str, Callable[[Worked], int | None]], ...] = (
        ("first_reply_time", lambda case: case.replies[0] if case.replies else None),
        ("resolution_time", lambda case: case.solved),
    )
    for name, end_of in ends:
        lasted = [_lasted(case, end, books) for case in cases if (end := end_of(case)) is not None]
        for by in ((), *((cut,) for cut in CUTS)):
            took: dict[Key, list[int]] = {}
            at_work: dict[Key, list[int]] = {}
            for month, parts, seconds, of_work in lasted:
                key = (month, *(parts[cut] for cut in by))
                took.setdefault(key, []).append(seconds)
                at_work.setdefault(key, []).append(of_work)
            for suffix, kept in (("", took), ("_business", at_work)):
                yield Told(name + suffix, by, {key: _hours(_middle(found)) for key, found in kept.items()})
                yield Told(f"{name}{suffix}_p90", by, {key: _hours(_ninth(found)) for key, found in kept.items()})


def _lasted(case: Worked, end: int, books: Books) -> tuple[date, dict[str, str], int, int]:
    """In which month it ended, what it is cut by, the seconds until then, and those of the office."""
    return month_of(end, books), case.parts, end - case.created, worked(case.created, end)


def _middle(seconds: list[int]) -> Fraction:
    seconds = sorted(seconds)
    return Fraction(seconds[(len(seconds) - 1) // 2] + seconds[len(seconds) // 2], 2)


def _ninth(seconds: list[int]) -> Fraction:
    """The shortest that at least nine of ten took no longer than."""
    by_length = sorted(seconds)
    needed = next(count for count in range(1, len(seconds) + 1) if 10 * count >= 9 * len(seconds))
    return Fraction(by_length[needed - 1])


def _hours(seconds: Fraction) -> Fraction:
    """To the hundredth."""
    return Fraction(half_away(seconds / 36), 100)
