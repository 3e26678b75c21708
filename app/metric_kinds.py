"""A metric as its file says it: the fields every metric has, and those of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from difflib import get_close_matches
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.formula import parse, parts_of

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Relation = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
Words = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Kind = Literal["simple", "ratio", "multiple", "derived", "distinct", "cumulative", "change", "cohort"]

OF_MART = {"time_column", "grain", "only", "date_dimensions", "apart"}
FIELDS_OF_KIND: Mapping[str, tuple[set[str], set[str]]] = {
    "simple": ({"mart", "column", "aggregate", "over_time"}, {"reason_column", "cut_column"} | OF_MART),
    "ratio": ({"numerator", "denominator"}, {"undefined"}),
    "multiple": ({"of", "factor"}, set()),
    "derived": ({"formula"}, {"missing", "undefined"}),
    "distinct": ({"mart", "column"}, {"days"} | OF_MART),
    "cumulative": ({"of", "window"}, {"months", "missing"}),
    "change": ({"of", "months", "change"}, {"missing"}),
    "cohort": (
        {"mart", "cohort_column", "age_column", "base_column", "kept_column"},
        {"undefined", "only", "date_dimensions", "apart", "grain"},
    ),
}
"""What each kind of metric must say of itself, and what it may."""


class Certified(BaseModel):
    """Who vouches for the definition, since when, and which version of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Words
    on: date
    version: int = Field(ge=1)


class Metric(BaseModel):
    """One certified figure; the file's name is the metric's.

    Attributes:
        aggregate: how it adds over dimensions; `none`: the mart has one row a period (and value of what is only shown
            apart), which cannot be split; `median`: the middle one of the rows.
        cut_column: with `aggregate: none`, of a mart that stores the value of each part as well: the column that names
            the dimension a row is cut by, or `whole`. The dimension's own column holds the part.
        over_time: how it adds over time: a flow is `sum`, a stock `last`, one of openings `first`, `none` stands for
            its own period only.
        grain: the period of the mart's rows. By day the mart holds complete days and needs no `is_complete`; by week
            only cohorts are kept.
        only: column → value that rows of the mart must have, where one mart holds several figures.
        apart: dimensions of which only one value at a time means anything, such as the steps of a funnel: an answer is
            split by them, or keeps one value of each.
        date_dimensions: the dimensions that are dates, and so may be compared.
        formula: of a derived metric, over the names of others.
        missing: part → `zero`: a month (or part) without a row of that flow or count is none of it, not unknown.
        window: of a cumulative metric: since the beginning, this year to date, or trailing so many `months`.
        days: of a distinct metric by day: whoever came within so many days counts on the last of them.
        change: of a change over so many `months`: the difference, or relative to the earlier value.
        cohort_column, age_column, base_column, kept_column: of a cohort metric: the month (or week) a cohort began in,
            complete months (or weeks) since then (0 in its first), what it began with, and what is left of it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Identifier
    label: Words
    question: Words
    definition: Words
    kind: Kind = "simple"
    mart: Relation | None = None
    column: Identifier | None = None
    aggregate: Literal["sum", "max", "median", "none"] | None = None
    over_time: Literal["first", "last", "sum", "none"] | None = None
    time_column: Identifier = "month"
    grain: Literal["month", "week", "day"] = "month"
    only: Mapping[Identifier, str] = Field(default_factory=dict)
    apart: tuple[Identifier, ...] = ()
    date_dimensions: tuple[Identifier, ...] = ()
    numerator: Identifier | None = None
    denominator: Identifier | None = None
    undefined: Words | None = None
    of: Identifier | None = None
    factor: int | None = Field(None, ge=1)
    formula: Words | None = None
    missing: Mapping[Identifier, Literal["zero"]] = Field(default_factory=dict)
    window: Literal["beginning", "year", "trailing"] | None = None
    months: int | None = Field(None, ge=1, le=120)
    days: int | None = Field(None, ge=1, le=366)
    change: Literal["difference", "relative"] | None = None
    cohort_column: Identifier | None = None
    age_column: Identifier | None = None
    base_column: Identifier | None = None
    kept_column: Identifier | None = None
    unit: Literal["usd", "local", "count", "ratio", "times", "months", "days", "hours", "minutes", "points", "items"]
    better: Literal["up", "down"]
    dimensions: tuple[Identifier, ...] = ()
    owner: Words
    certified: Certified
    answers: tuple[Annotated[str, StringConstraints(pattern=r"^([A-Z][0-9]+|D[A-Z])$")], ...] = ()
    freshness_minutes: int = Field(60, ge=1)
    null_reason: Words | None = None
    reason_column: Identifier | None = None
    cut_column: Identifier | None = None
    worked_out_as: Words | None = None

    @property
    def parts(self) -> tuple[str, ...]:
        """The metrics in its formula; none where it has none, or one that cannot be read."""
        try:
            return parts_of(parse(self.formula)) if self.formula else ()
        except ValueError:
            return ()

    @property
    def bases(self) -> tuple[str, ...]:
        """The metrics this one is made of; none for one that reads a mart itself."""
        return tuple(base for base in (self.numerator, self.denominator, self.of, *self.parts) if base)

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it reads of its mart, without `is_complete`; none where it has no mart."""
        if not self.mart:
            return ()
        time = self.cohort_column or self.time_column
        told = (self.column, self.reason_column, self.cut_column, self.age_column, self.base_column, self.kept_column)
        named = (time, *told, *self.only, *self.dimensions)
        return tuple(dict.fromkeys(name for name in named if name))

    @property
    def why_null(self) -> str:
        """What a missing value means, in words; empty when the file does not say."""
        return self.null_reason or self.undefined or ""

    def is_met(self, value: float, target: float) -> bool:
        """Whether a value reaches its target, in the direction that is good for this figure."""
        return value >= target if self.better == "up" else value <= target


def closest(name: str, known: Mapping[str, Any] | tuple[str, ...]) -> str:
    """A hint for a mistyped name: ` Did you mean 'net_mrr'?`, or nothing when none is near."""
    near = get_close_matches(name, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""
