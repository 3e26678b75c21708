"""Several figures of the same things at once, each added up whole and by its dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from pipelines.sandbox.figures.told import Told

Row = tuple[date, Mapping[str, str], Sequence[int | Fraction]]
"""A month, the value of each dimension, and the amount of each figure."""
Key = tuple[Any, ...]


def told_of(
    metrics: Sequence[str], dimensions: tuple[str, ...], rows: Iterable[Row], *, together: bool = True
) -> dict[str, list[Told]]:
    """Each metric whole, by each dimension, and by all of them together; a month is known where there is a row of it.

    Args:
        metrics: their names; with `*` behind it the amounts are cents, and with `/` millionths.
        dimensions: names that each row's parts have; others are not looked at.
        rows: what is added up.
        together: whether to tell them by all dimensions at once too.
    """
    finest = _added(((month, *(parts[name] for name in dimensions)), amounts) for month, parts, amounts in rows)
    ways = [(), *((name,) for name in dimensions), *([dimensions] if together and len(dimensions) > 1 else [])]
    found: dict[str, list[Told]] = {metric.rstrip("*/"): [] for metric in metrics}
    for by in ways:
        places = [0, *(dimensions.index(name) + 1 for name in by)]
        sums = _added((tuple(key[at] for at in places), amounts) for key, amounts in finest.items())
        for at, metric in enumerate(metrics):
            per = 100 if metric.endswith("*") else 1_000_000 if metric.endswith("/") else 1
            values = {key: Fraction(amounts[at]) / per for key, amounts in sums.items()}
            found[metric.rstrip("*/")].append(Told(metric.rstrip("*/"), by, values))
    return found


def _added(entries: Iterable[tuple[Key, Sequence[int | Fraction]]]) -> dict[Key, list[int | Fraction]]:
    sums: dict[Key, list[int | Fraction]] = {}
    for key, amounts in entries:
        held = sums.get(key)
        if held is None:
            sums[key] = list(amounts)
        else:
            for at, amount in enumerate(amounts):
                held[at] += amount
    return sums
