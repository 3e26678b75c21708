"""A report as plain data: which figures, cut by what, over which time, drawn how. It holds no figure and no SQL.

What it shows comes from its questions alone, which are those of `plumbline metric`; so a report cannot say another
number than everybody else. Its JSON stands in the address and in the warehouse; fields that nobody knows are refused.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator

from app.compile.scope import shifted, start_of
from app.errors import ReportError
from app.manner import parted
from app.metric_kinds import Identifier
from app.question import GRAINS, Question

TIME = "time"
"""The field that spreads a report over its periods, on rows or columns like a dimension."""
Kind = Literal["table", "pivot", "line", "bar", "area", "scatter", "funnel", "cohorts", "kpi"]
KINDS: tuple[Kind, ...] = ("table", "pivot", "line", "bar", "area", "scatter", "funnel", "cohorts", "kpi")
USUAL_TOP = {"line": 5, "area": 5, "bar": 10}
"""So many parts are told apart in a picture, the rest is its Other; a report may say another number."""
STEP = "step"
MOST_MONTHS = 120
LONGEST = 20_000
"""Letters that a report's JSON may have."""
Value = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class Filter(BaseModel):
    """A dimension and the values of it to keep; without values it does not narrow yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Identifier
    values: tuple[Value, ...] = Field((), max_length=50)


class Report(BaseModel):
    """What is shown, and how.

    Attributes:
        version: of these fields.
        values: metrics.
        rows, columns: dimensions, and `time`.
        filters: dimension and values to keep.
        last: so many closed months, where no `since` is given; without `time` on a shelf only the last period counts.
        since, until: any day of the first and last month, instead of the last so many.
        grain: the period.
        compare: what each figure is set beside.
        top: so many of the largest parts of the first dimension by the first figure, the rest as `Other`.
        sort: the order of rows; `name` is the order that the parts have in the business.
        totals: whether the whole stands below (and beside) its parts; it is always asked anew.
        mark: `bar` draws a bar in each cell, `change` colours by gain or loss on what is compared.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    kind: Kind = "table"
    values: tuple[Identifier, ...] = Field((), max_length=8)
    rows: tuple[Identifier, ...] = Field((), max_length=4)
    columns: tuple[Identifier, ...] = Field((), max_length=4)
    filters: tuple[Filter, ...] = Field((), max_length=12)
    last: int = Field(12, ge=1, le=MOST_MONTHS)
    since: date | None = None
    until: date | None = None
    grain: str = "month"
    compare: Literal["month_before", "quarter_before", "year_before"] | None = None
    top: int | None = Field(None, ge=1, le=50)
    sort: Literal["largest", "smallest", "name"] = "largest"
    totals: bool = True
    mark: Literal["none", "bar", "change"] = "none"

    @field_validator("grain")
    @classmethod
    def _known_grain(cls, grain: str) -> str:
        if grain not in GRAINS:
            raise ValueError(f"no grain is called {grain!r}; expected one of: {', '.join(GRAINS)}")
        return grain

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        shelves = (self.values, (*self.rows, *self.columns), tuple(each.by for each in self.filters))
        for named in shelves:
            if len(set(named)) < len(named):
                raise ValueError(f"a field stands twice: {', '.join(named)}; expected each once")
        return self

    @property
    def by(self) -> tuple[str, ...]:
        """The dimensions it is split by, rows first."""
        return tuple(name for name in (*self.rows, *self.columns) if name != TIME)

    @property
    def is_over_time(self) -> bool:
        return TIME in self.rows or TIME in self.columns

    @property
    def where(self) -> tuple[tuple[str, str], ...]:
        """Its filters as (dimension, value) pairs."""
        return tuple((each.by, value) for each in self.filters for value in each.values)

    @property
    def ranked(self) -> str:
        """The dimension whose largest parts are kept; empty where there is none."""
        return self.by[0] if self.by else ""

    @property
    def most(self) -> int | None:
        """How many parts are told apart; None for all."""
        return self.top or USUAL_TOP.get(self.kind)

    def span(self, closed: date) -> tuple[date, date]:
        """First and last day of the complete periods it speaks of.

        A funnel is of the newest month among them that is known: its attempts need time.

        Args:
            closed: the last complete month, its first day.
        """
        end = shifted(closed, 1) - timedelta(days=1)
        if self.until:
            end = min(end, shifted(self.until.replace(day=1), 1) - timedelta(days=1))
        after = start_of(end + timedelta(days=1), self.grain)
        last = after - timedelta(days=1)
        if not self.is_over_time and self.kind != "funnel":
            return start_of(last, self.grain), last
        month = last.replace(day=1) if self.grain == "month" else end.replace(day=1)
        return (self.since or shifted(month, 1 - self.last)), last

    def questions(self, closed: date) -> tuple[Question, ...]:
        """The question that answers it for each of its figures, in their order; each has its parts."""
        return tuple(self.question(name, closed) for name in self.values)

    def question(self, metric: str, closed: date) -> Question:
        """The question about one figure, whether or not it is among the report's."""
        since, until = self.span(closed)
        return Question(metric, by=(STEP,) if self.kind == "funnel" else self.by, since=since, until=until,
                        where=self.where, grain=self.grain, compare=self.compare)  # type: ignore[arg-type]  # fmt: skip

    def whole(self, closed: date, by: tuple[str, ...] = ()) -> tuple[Question, ...]:
        """The same questions, split by these dimensions only: totals are asked anew, never summed."""
        return tuple(replace(each, by=by) for each in self.questions(closed))

    def rest(self, closed: date, kept: tuple[str, ...]) -> tuple[Question, ...]:
        """What is left beside these parts of the dimension that is ranked, as one part, asked anew as well."""
        by = tuple(name for name in self.by if name != self.ranked)
        return tuple(self.beside(replace(each, by=by), kept) for each in self.questions(closed))

    def beside(self, question: Question, kept: tuple[str, ...]) -> Question:
        """A question without these parts of the ranked dimension: of those that a filter keeps, the other ones."""
        if any(name == self.ranked for name, _ in question.where):
            where = tuple(pair for pair in question.where if pair[0] != self.ranked or pair[1] not in kept)
            return replace(question, where=where)
        return replace(question, unless=tuple((self.ranked, value) for value in kept))

    def narrowed_by(self, where: tuple[tuple[str, str], ...]) -> Report | None:
        """The report under the filters of a page as well; None where nothing is left that both keep."""
        mine = {each.by: each.values for each in self.filters if each.values}
        theirs: dict[str, tuple[str, ...]] = {}
        for name, value in where:
            theirs[name] = (*theirs.get(name, ()), value)
        both = mine | {
            name: tuple(value for value in values if value in mine.get(name, values)) for name, values in theirs.items()
        }
        if not all(both.values()):
            return None
        return self.model_copy(update={"filters": tuple(Filter(by=by, values=each) for by, each in both.items())})

    def json_text(self) -> str:
        """Compact, without what is as usual; `parse` reads it back."""
        said = {"version": self.version, **self.model_dump(mode="json", exclude_defaults=True)}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    def changed(self, **fields: Any) -> Report:
        """The same with other fields, judged anew.

        Raises:
            ReportError: as `parse`.
        """
        return judged(self.model_dump(exclude_defaults=True) | fields)


def parse(text: str) -> Report:
    """The report of a JSON text, from an address or the warehouse.

    Raises:
        ReportError: it is none; the message says which field, what was found and what is expected.
    """
    if len(text) > LONGEST:
        raise ReportError(
            f"The report has {parted(len(text))} letters. Expected at most {parted(LONGEST)}. Take values out of its "
            "filters."
        )
    try:
        return Report.model_validate_json(text)
    except ValidationError as error:
        raise _said(error) from None


def judged(fields: dict[str, Any]) -> Report:
    """The report of its fields.

    Raises:
        ReportError: as `parse`.
    """
    try:
        return Report.model_validate(fields)
    except ValidationError as error:
        raise _said(error) from None


def _said(error: ValidationError) -> ReportError:
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or "the whole"
    found = repr(first["input"])
    found = found if len(found) <= 80 else f"{found[:80]}…"
    return ReportError(
        f"This report cannot be read: at {place} there is {found}. Expected: {first['msg']}. Ask for the link "
        "again, or begin a new report."
    )
