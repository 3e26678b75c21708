"""How long first replies and solutions took, in hours and in hours of the office."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
        for by in ((), *((cut,) for cut in CUTS)):
            took: dict[Key, list[int]] = {}
            at_work: dict[Key, list[int]] = {}
            for case in cases:
                end = end_of(case)
                if end is not None:
                    key = (month_of(end, books), *(case.parts[cut] for cut in by))
                    took.setdefault(key, []).append(end - case.created)
                    at_work.setdefault(key, []).append(worked(case.created, end))
            for suffix, lasted in (("", took), ("_business", at_work)):
                yield Told(name + suffix, by, {key: _hours(_middle(found)) for key, found in lasted.items()})
                yield Told(f"{name}{suffix}_p90", by, {key: _hours(_ninth(found)) for key, found in lasted.items()})


def _middle(seconds: list[int]) -> Fraction:
    seconds = sorted(seconds)
    return Fraction(seconds[(len(seconds) - 1) // 2] + seconds[len(seconds) // 2], 2)


def _ninth(seconds: list[int]) -> Fraction:
    """The shortest that at least nine of ten took no longer than."""
    for one in sorted(seconds):
        if 10 * sum(other <= one for other in seconds) >= 9 * len(seconds):
            return Fraction(one)
    return Fraction(0)


def _hours(seconds: Fraction) -> Fraction:
    """To the hundredth."""
    return Fraction(half_away(seconds / 36), 100)
