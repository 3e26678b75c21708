"""How a column of a metric's values is printed: one unit in the header, the same decimals in every row. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from app.metrics import Metric
from app.ui import format as f

IN_THOUSANDS = 10_000.0
WITH_CENTS = 100.0
PLAIN = ("count", "items")


@dataclass(frozen=True)
class Scale:
    """What stands in the header (nothing for counts), what a value is multiplied by, and its decimals."""

    unit: str
    factor: float
    decimals: int

    def show(self, value: float | None) -> str:
        """A value without its unit; n/a where there is none."""
        return f.MISSING if f.is_missing(value) or value is None else f.number(value * self.factor, self.decimals)

    def head(self, label: str) -> str:
        """A column's header, such as "Ad spend, $"."""
        return f"{label}, {self.unit}" if self.unit else label


def scale_of(unit: str, values: Iterable[float | None], *, is_short: bool = False) -> Scale:
    """The scale of a column.

    Args:
        unit: the metric's.
        values: all that the column shows; money of US dollars, ratios as fractions.
        is_short: whether large amounts of money may be printed in thousands.
    """
    known = [value for value in values if value is not None and not f.is_missing(value)]
    largest = max((abs(value) for value in known), default=0.0)
    is_whole = all(value == round(value) for value in known)
    if unit == "usd":
        if is_short and largest >= IN_THOUSANDS:
            return Scale("$ thousand", 0.001, 1)
        return Scale("$", 1.0, 2 if largest < WITH_CENTS and not is_whole else 0)
    if unit == "ratio":
        return Scale("%", 100.0, f.ratio_decimals(largest) if largest else 1)
    if unit == "times":
        return Scale(f.TIMES, 1.0, 2)
    if unit in PLAIN:
        return Scale("", 1.0, 0 if is_whole else 1)
    return Scale("local currency" if unit == "local" else unit, 1.0, 0 if unit == "local" else 1)


def spoken(value: float, metric: Metric) -> str:
    """A value in a sentence: "$12.9K", "96.1 %", "4.5 points"; counts that are split keep a decimal."""
    if metric.unit == "local":
        return f.number(value)
    if metric.unit in PLAIN:
        return f.number(value, 0 if value == round(value) else 1)
    return str(f.figure(value, metric.unit))
