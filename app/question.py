"""What can be asked of a metric: plain data, judged and compiled elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal
from unicodedata import category

GRAINS = ("day", "week", "month", "quarter", "year")
MONTHS_OF = {"month": 1, "quarter": 3, "year": 12}
"""Periods that are whole months, and of how many."""
COARSE = ("quarter", "year")
COMPARISONS = {"month_before": 1, "quarter_before": 3, "year_before": 12}
"""What a question may compare with, and how many months earlier that is."""
Grain = Literal["day", "week", "month", "quarter", "year"]


LONGEST_VALUE = 200


FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Between which companies of today keep books."""


def may_be_month(month: date) -> bool:
    """Whether there can be figures of a month: what an address says may be any."""
    return FIRST_YEAR <= month.year <= LAST_YEAR


def may_be_value(value: str) -> bool:
    """Whether a dimension can have such a value: what an address says may be anything."""
    return 0 < len(value) <= LONGEST_VALUE and not any(category(letter) in ("Cc", "Cs") for letter in value)


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
        grain: the period of a row: month, quarter or calendar year; or week (from Monday) or day where the metric is
            known by day.
        compare: also the value one month, quarter or year before, the difference, and the relative change.
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
    grain: Grain = "month"
    compare: Literal["month_before", "quarter_before", "year_before"] | None = None
    average: bool = False
    whole_days: bool = False

    @property
    def dimensions(self) -> tuple[str, ...]:
        """Every dimension it names, each once."""
        named = (*self.by, *(pair[0] for pair in (*self.where, *self.unless)), *(each[0] for each in self.dated))
        return tuple(dict.fromkeys(named))
