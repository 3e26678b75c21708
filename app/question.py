"""What can be asked of a metric: plain data, judged and compiled elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

GRAINS = ("day", "week", "month")
COMPARISONS = {"month_before": 1, "year_before": 12}
"""What a question may compare with, and how many months earlier that is."""


@dataclass(frozen=True)
class Question:
    """A metric, and how it is to be cut. Periods are inclusive and may be given by any of their days.

    Attributes:
        metric: its name.
        by: dimensions to split by; the answer has one row per period and combination.
        since: first period; none for all there are. For a cohort metric: the first cohort.
        until: last period; none for the latest.
        where: (dimension, value) pairs to keep; several values of one dimension are alternatives. Of a cohort metric
            also ("age", months).
        include_partial: whether the running period is shown too.
        whole_days: of the running period only days that are over, where it is kept by day.
        top: with `by`: keep the largest so many of the latest period, the rest as `Other` where it adds up or can be
            counted anew.
        unless: (dimension, value) pairs to leave out; rows without a value of the dimension stay.
        dated: (dimension, sign, day) with one of < <= > >=, for dimensions that the metric says are dates.
        grain: the period of a row: month, or week (from Monday) or day where the metric is known by day.
        compare: also the value one month or one year before, the difference, and the relative change.
        average: of a cohort metric: one row per age over all cohorts, weighted by their bases, instead of each cohort.
    """

    metric: str
    by: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    where: tuple[tuple[str, str], ...] = ()
    include_partial: bool = False
    top: int | None = None
    unless: tuple[tuple[str, str], ...] = ()
    dated: tuple[tuple[str, str, date], ...] = ()
    grain: Literal["day", "week", "month"] = "month"
    compare: Literal["month_before", "year_before"] | None = None
    average: bool = False
    whole_days: bool = False

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension it names, each once."""
        named = (*self.by, *(pair[0] for pair in (*self.where, *self.unless)), *(each[0] for each in self.dated))
        return tuple(dict.fromkeys(named))
