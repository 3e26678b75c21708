"""Asked for the records of a figure: which they are, what they add up to, and what the certified figure says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from app.access import Viewer
from app.answers import Answer
from app.audited import AuditedReads, Request
from app.compile.scope import shifted
from app.drill.files import Catalogue, Counted, Parts, Records, records_catalogue
from app.drill.select import AMOUNT, COUNTED, TOTAL, select_records
from app.errors import QuestionError
from app.grants import Grants
from app.made_of import dimensions_of, metric_of
from app.metrics import Metric, Question
from app.settings import Settings

ON_A_PAGE = 50
AskAnswer = Callable[[Viewer, Question, datetime], Answer]


@dataclass(frozen=True)
class Asked:
    """A figure: the metric, the first day of the month, (dimension, value) pairs; and which page of its records."""

    metric: str
    month: date
    where: tuple[tuple[str, str], ...] = ()
    page: int = 1


@dataclass(frozen=True)
class Found:
    """A figure's records.

    Attributes:
        records, how: what is shown of them, and how the figure comes of them.
        rows: this page's, column → value, largest first; `amounts` what each adds to the figure.
        page, pages: which page, of how many; 1 of 1 where there are none.
        count: how many there are on all pages.
        total: what all of them add up to.
        certified: the certified figure; None where it has no value.
        answer: the certified answer.
    """

    records: Records
    how: Counted
    rows: tuple[Mapping[str, Any], ...]
    amounts: tuple[Decimal, ...]
    page: int
    pages: int
    count: int
    total: Decimal
    certified: Decimal | None
    answer: Answer

    @property
    def residual(self) -> Decimal:
        """What the records leave of the certified figure: nothing, unless something is wrong."""
        return (self.certified or Decimal(0)) - self.total


@dataclass(frozen=True)
class Piece:
    """A figure of a month that another one is made of, and its value; None where it has none. `of` is the other's."""

    metric: Metric
    month: date
    value: Decimal | None
    of: Decimal | None


class Drill:
    """The way from a figure to its records."""

    def __init__(
        self, settings: Settings, reads: AuditedReads, grants: Grants, metrics: Mapping[str, Metric], ask: AskAnswer,
        catalogue: Catalogue | None = None,
    ) -> None:  # fmt: skip
        self._settings, self._reads, self._grants, self._metrics, self._ask = settings, reads, grants, metrics, ask
        self._catalogue = catalogue

    @property
    def catalogue(self) -> Catalogue:
        """Which figure has which records."""
        return records_catalogue() if self._catalogue is None else self._catalogue

    def leads_to(self, viewer: Viewer, name: str) -> str:
        """Where a link from this figure would lead: `records`, `parts`, or nowhere (nothing) for this viewer."""
        metric = self._metrics.get(name)
        if metric is None:
            return ""
        records = self.catalogue.records.get(name)
        if records:
            may = set(viewer.roles) & set(self._grants.roles_reading((records.mart,)))
            return "records" if may else ""
        return "parts" if self.parts_of(name) else ""

    def parts_of(self, name: str) -> tuple[str, ...]:
        """The figures that one is made of; none where it is made of records, or nobody can say."""
        metric = metric_of(name, self._metrics)
        told = self.catalogue.without.made_of.get(name)
        return metric.bases or (told.parts if told else ())

    def told(self, name: str) -> Parts | None:
        """How the warehouse works a figure out of others, where its file does not say."""
        return self.catalogue.without.made_of.get(name)

    def why_none(self, name: str) -> str:
        """Why a figure has no records, in words; empty where it has, or is made of others."""
        return self.catalogue.without.reasons.get(name, "")

    def pieces(self, viewer: Viewer, asked: Asked, as_of: datetime) -> tuple[Answer, tuple[Piece, ...]]:
        """A figure that is made of others, and each of those in its month, under the same filters.

        Of a change these are both months, of a cumulative one all months that it sums, the newest first.

        Raises:
            QuestionError, NotPermitted, NotBuilt: as the figure itself would.
        """
        answer = self._answer(viewer, asked, as_of)
        made = []
        for name in self.parts_of(asked.metric):
            known = dimensions_of(self._metrics[name], self._metrics)
            where = tuple(pair for pair in asked.where if pair[0] in known)
            for month in months_of(self._metrics[asked.metric], asked.month):
                value = value_of(self._answer(viewer, Asked(name, month, where), as_of))
                made.append(Piece(self._metrics[name], month, value, value_of(answer)))
        return answer, tuple(made)

    def value(self, viewer: Viewer, asked: Asked, as_of: datetime) -> Decimal | None:
        """A figure's value; None where it has none.

        Raises:
            QuestionError, NotPermitted, NotBuilt: as any question of it.
        """
        return value_of(self._answer(viewer, asked, as_of))

    def look(self, viewer: Viewer, asked: Asked, as_of: datetime) -> Found:
        """The records of a figure.

        The certified figure is asked of the warehouse as any page does, the records are read beside it as the viewer's
        role; a build that comes between the two is noticed by the difference, and both are read anew.

        Raises:
            QuestionError: the figure cannot be asked so, or has no records; the message says why.
            NotPermitted: the viewer may not see the figure, or not its records.
            NotBuilt: they are not there yet.
        """
        records = self.catalogue.records.get(metric_of(asked.metric, self._metrics).name)
        if records is None:
            why = self.why_none(asked.metric) or "It is made of other figures."
            raise QuestionError(f"{asked.metric} has no records of its own. {why}")
        found = self._look(viewer, asked, as_of, records)
        return found if not found.residual else self._look(viewer, asked, as_of, records)

    def total(self, viewer: Viewer, asked: Asked, as_of: datetime) -> Decimal:
        """What the records of a figure add up to, without asking the figure.

        Raises:
            NotPermitted, NotBuilt: as `look`.
        """
        return total_of(self._rows(viewer, asked, as_of, self.catalogue.records[asked.metric], 1))

    def _look(self, viewer: Viewer, asked: Asked, as_of: datetime, records: Records) -> Found:
        answer = self._answer(viewer, asked, as_of)
        page = max(asked.page, 1)
        rows = self._rows(viewer, asked, as_of, records, page)
        if not rows and page > 1:  # a page that there is not: the first one
            page = 1
            rows = self._rows(viewer, asked, as_of, records, page)
        count = int(rows[0][COUNTED]) if rows else 0
        return Found(
            records, records.metrics[asked.metric], rows, tuple(Decimal(row[AMOUNT]) for row in rows), page,
            max(1, -(-count // ON_A_PAGE)), count, total_of(rows), value_of(answer), answer,
        )  # fmt: skip

    def _rows(
        self, viewer: Viewer, asked: Asked, as_of: datetime, records: Records, page: int
    ) -> tuple[Mapping[str, Any], ...]:
        today = as_of.astimezone(self._settings.timezone).date()
        statement = select_records(self._metrics[asked.metric], records, asked.month, asked.where, today,
                                   limit=ON_A_PAGE, offset=(page - 1) * ON_A_PAGE)  # fmt: skip
        told = {"month": asked.month, "where": asked.where, "page": page}
        found = self._reads.read(viewer, Request("drill", (records.mart,), asked.metric, told), statement)
        return tuple(dict(zip(found.names, row, strict=True)) for row in found.values)

    def _answer(self, viewer: Viewer, asked: Asked, as_of: datetime) -> Answer:
        question = Question(asked.metric, since=asked.month, until=asked.month, where=asked.where, include_partial=True)
        return self._ask(viewer, question, as_of)


def total_of(rows: tuple[Mapping[str, Any], ...]) -> Decimal:
    """What all records add up to, as each row of a page says it."""
    return Decimal(rows[0][TOTAL]) if rows else Decimal(0)


def months_of(metric: Metric, month: date) -> tuple[date, ...]:
    """The months of which a figure is made, the newest first."""
    if metric.kind == "change":
        return (month, shifted(month, -int(metric.months or 1)))
    if metric.kind == "cumulative" and metric.window in ("year", "trailing"):
        count = month.month if metric.window == "year" else int(metric.months or 1)
        return tuple(shifted(month, -back) for back in range(count))
    return (month,)


def value_of(answer: Answer) -> Decimal | None:
    """The one value of an answer of one month. Of what adds up, no row is none of it; else nothing is known."""
    if answer.rows:
        return None if answer.rows[-1][-1] is None else Decimal(answer.rows[-1][-1])
    adds = answer.metric.aggregate == "sum" or answer.metric.kind == "distinct"
    return Decimal(0) if adds else None
