"""A certified metric in the company's own words: what it says, for which months, and cut by what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

Values = Mapping[tuple[Any, ...], Fraction]


@dataclass(frozen=True)
class Told:
    """What the company says of one metric, cut one way.

    Attributes:
        metric: the metric's name.
        by: the dimensions it is cut by; empty for the whole.
        values: (first day of the month, *the dimensions' values) → the figure in the metric's own unit, exact. What
            is not known or not defined is not there.
    """

    metric: str
    by: tuple[str, ...]
    values: Values


@dataclass(frozen=True)
class Entry:
    """A part of a figure that adds up: so much of it in a month, of one value of each dimension."""

    month: date
    parts: Mapping[str, str]
    amount: int | Fraction


def summed(
    metric: str, dimensions: tuple[str, ...], entries: Iterable[Entry], *, months: Iterable[date] = (), per: int = 1
) -> Iterator[Told]:
    """A figure that adds up over its dimensions: the whole, each dimension by itself, and all of them together.

    Args:
        metric: the metric's name.
        dimensions: names that each entry's parts have; others of an entry's are not looked at.
        entries: what is added up.
        months: those for which the whole is known though it be zero.
        per: so many of the entries' amounts are one of the metric's unit: 100 for cents.
    """
    kept = list(entries)
    ways = [(), *((name,) for name in dimensions)]
    if len(dimensions) > 1:
        ways.append(dimensions)
    for by in ways:
        values: dict[tuple[Any, ...], int | Fraction] = {} if by else {(month,): 0 for month in months}
        for entry in kept:
            key = (entry.month, *(entry.parts[name] for name in by))
            values[key] = values.get(key, 0) + entry.amount
        yield Told(metric, by, {key: Fraction(value) / per for key, value in values.items()})


def divided(metric: str, top: Iterable[Told], bottom: Iterable[Told]) -> Iterator[Told]:
    """A ratio of two figures that add up, wherever both are cut alike.

    Nothing of the top is zero where there is some of the bottom; it is not defined where the bottom is zero or less
    (models/DECISIONS.md, section 11).
    """
    tops = {told.by: told.values for told in top}
    for below in bottom:
        above = tops.get(below.by)
        if above is None:
            continue
        values = {key: above.get(key, Fraction(0)) / value for key, value in below.values.items() if value > 0}
        yield Told(metric, below.by, values)


def combined(metric: str, *legs: tuple[int, Iterable[Told]]) -> Iterator[Told]:
    """Figures that add up, each times a number and added to the others, wherever all are cut alike.

    A figure that has nothing of a part adds nothing to it.
    """
    held = [(factor, {told.by: told.values for told in tolds}) for factor, tolds in legs]
    shared = set.intersection(*(set(cuts) for _, cuts in held))
    for by in sorted(shared):
        values: dict[tuple[Any, ...], Fraction] = {}
        for factor, cuts in held:
            for key, value in cuts[by].items():
                values[key] = values.get(key, Fraction(0)) + factor * value
        yield Told(metric, by, values)
