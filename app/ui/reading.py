"""One visit's reading: who looks, as of when, and the few questions that panels ask. All through the warehouse.

A dataset that is not there yet, or a right that is missing, is an answer too (`None`), never a traceback.
"""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pandas as pd

from app.access import Viewer
from app.errors import NotBuilt, NotPermitted, TookTooLong
from app.made_of import dimensions_of
from app.metrics import Metric, Question, catalogue
from app.timeline.event import Event
from app.ui.kept import Kept
from app.warehouse import Answer, Passport, Status, Warehouse


@dataclass(frozen=True)
class Reading:
    """What a page's panels read from.

    Attributes:
        warehouse: the one way to the data.
        viewer: who looks.
        as_of: the business instant the figures speak about, never later than what has been built (`read_at`).
        now: wall time, for ages.
        zone: the reporting time zone.
        compare: months between a figure and what it is compared with, 1 or 12.
        clock: the business clock itself, where it may be ahead of `as_of`.
        where: the page's filters, (dimension, value); a metric heeds those whose dimension it has.
        is_past: whether `as_of` is the close of an earlier month that was chosen: what is known now, about then.
        pages: the pages that the viewer may open, address → title.
        addresses: those of all pages there are, whoever may open them.
        page: the address of the page that is drawn, with what is chosen on it.
        with_receipts: whether somebody is shown the figures, so that each has a receipt.
        receipts: metric → the receipts of its answers so far, the first one first.
        noted: what was read for the page so far, figures and marts by name; a page that is replayed repeats it to
            the audit.
        stopped: what took too long: a page that says so is not replayed.
        kept: takes what is read, where a file is made of it.
        build_failed_at: when the newest build failed, so that what is shown is of the build before; None where it held.
        visit: what is kept for this visit of this person, and for nobody else.
        with_events: whether charts over time carry the company's timeline.
        build: names the newest build on a page, for caches; "" elsewhere.
        alerts: names what alerts there are, for caches; "" where no page is drawn.
    """

    warehouse: Warehouse
    viewer: Viewer
    as_of: datetime
    now: datetime
    zone: ZoneInfo
    compare: int = 1
    clock: datetime | None = None
    where: tuple[tuple[str, str], ...] = ()
    is_past: bool = False
    pages: Mapping[str, str] = field(default_factory=dict)
    addresses: frozenset[str] = frozenset()
    page: str = ""
    with_receipts: bool = True
    receipts: dict[str, list[str]] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)
    stopped: set[str] = field(default_factory=set)
    kept: Kept | None = None
    build_failed_at: datetime | None = None
    visit: MutableMapping[str, Any] = field(default_factory=dict)
    with_events: bool = True
    build: str = ""
    alerts: str = ""

    @property
    def running(self) -> date:
        """The first day of the month that is not closed."""
        return self.as_of.astimezone(self.zone).date().replace(day=1)

    @property
    def closed(self) -> date:
        """The first day of the last complete month."""
        return shift(self.running, -1)

    @property
    def unbuilt(self) -> date | None:
        """The last month that has closed by the clock and was never built, its first day; None where there is none."""
        if self.clock is None:
            return None
        closed = shift(self.clock.astimezone(self.zone).date().replace(day=1), -1)
        return closed if closed > self.closed else None

    def metric(self, name: str) -> Metric:
        return catalogue()[name]

    def answer(
        self, name: str, months: int, by: tuple[str, ...] = (), *, partial: bool = False, top: int | None = None,
        grain: Literal["month", "week", "day"] = "month",
    ) -> Answer:  # fmt: skip
        """A metric's last complete months (`months` of them), with the running one where asked.

        By days or weeks: those of these months and of the running one that are over. `top` as in a question.
        """
        since = shift(self.closed, -(months - 1))
        partial = partial and not self.is_past
        until = self.running if partial else month_end(self.closed)
        if grain != "month" and not self.is_past:
            until = self.as_of.astimezone(self.zone).date()
        where = self.narrowed(name)
        question = Question(name, by=by, since=since, until=until, include_partial=partial, where=where, top=top,
                            grain=grain)  # fmt: skip
        return self.ask(question, is_picked=True)

    def ask(self, question: Question, *, is_picked: bool = False) -> Answer:
        """The answer to any question, noted for the page with its receipt; `is_picked` as of `Warehouse.answer`."""
        try:
            answer = self.warehouse.answer(self.viewer, question, as_of=self.as_of, with_receipt=self.with_receipts,
                                           is_picked=is_picked)  # fmt: skip
        except TookTooLong:
            self.stopped.add(question.metric)
            raise
        self._keep(question.metric, question, answer)
        known = self.receipts.setdefault(question.metric, [])
        if answer.receipt and answer.receipt not in known:
            known.append(answer.receipt)
        return answer

    def narrowed(self, name: str) -> tuple[tuple[str, str], ...]:
        """The page's filters that a metric heeds."""
        known = dimensions_of(self.metric(name), catalogue())
        return tuple(pair for pair in self.where if pair[0] in known)

    def left_whole(self, names: Sequence[str]) -> tuple[str, ...]:
        """The dimensions of the page's filters that one of these metrics cannot heed."""
        known = [dimensions_of(self.metric(name), catalogue()) for name in names]
        return tuple(dict.fromkeys(dim for dim, _ in self.where if any(dim not in each for each in known)))

    def series(self, name: str, months: int, *, partial: bool = False) -> dict[date, float | None]:
        """Month → value, oldest first; a month without a row is left out, a null is None."""
        frame = self.answer(name, months, partial=partial).frame
        return {as_date(row.month): as_float(row.value) for row in frame.sort_values("month").itertuples()}

    def why_null(self, name: str, month: date) -> str:
        """Why a metric has no value in that month, in words; empty when nobody says."""
        question = Question(name, since=month, until=month, include_partial=True, where=self.narrowed(name))
        found = self.warehouse.answer(self.viewer, question, as_of=self.as_of, with_receipt=False, is_picked=True)
        return found.why_null(month)

    def table(self, mart: str, **options: Any) -> pd.DataFrame | None:
        """Rows of any mart; None when this viewer may not read it or it is not there."""
        try:
            rows = self.warehouse.read(self.viewer, mart, **options)
        except (NotPermitted, NotBuilt):
            return None
        self.noted.add(mart)
        if self.kept is not None:
            self.kept.table(mart, options.get("where") or {}, rows)
        return rows

    def _keep(self, name: str, question: Question, answer: Answer) -> None:
        self.noted.add(name)
        if self.kept is not None:
            self.kept.answer(question, answer)

    def passport(self, name: str, month: date | None = None) -> Passport:
        """What a metric means and where it comes from; of the month that runs, its SQL says that one, too."""
        return self.warehouse.passport(self.viewer, name, as_of=self.as_of, partial=month == self.running)

    def status(self, name: str) -> Status | None:
        """How fresh and sure a metric is; None when it is not built, or not for this viewer."""
        try:
            return self.warehouse.status(self.viewer, name)
        except (NotPermitted, NotBuilt):
            return None

    def events(self) -> tuple[Event, ...]:
        """What the timeline shows the viewer's roles, oldest first; its marts are noted for the page."""
        found = self.warehouse.timeline.drawn(self.viewer)
        self.noted.update(found.marts)
        return found.events

    def targets(self) -> Mapping[str, float]:
        """Metric → target of the last complete month."""
        rows = self.table("mart_executive.targets_monthly", where={"month": self.closed})
        if rows is None or rows.empty:
            return {}
        known = ((str(row["metric"]), as_float(row["target"])) for row in records(rows))
        return {metric: target for metric, target in known if target is not None}

    def averages(self, name: str, months: int, ages: int) -> dict[int, float | None]:
        """Age → what is left of the cohorts of the last complete months (`months` of them), weighted by their bases.

        Each age from 0 to `ages` is of the cohorts that have reached it, and is left out where none has. They are asked
        without receipts: those of the cohorts that they average are known.
        """
        since, found = shift(self.closed, -(months - 1)), dict[int, float | None]()
        for age in range(min(ages, months - 1) + 1):
            where = (("age", str(age)), *self.narrowed(name))
            question = Question(name, since=since, until=self.closed, where=where, average=True)
            answer = self.warehouse.answer(self.viewer, question, as_of=self.as_of, with_receipt=False, is_picked=True)
            self._keep(name, question, answer)
            found.update({int(row["age"]): as_float(row["value"]) for row in records(answer.frame)})
        return found


def read_at(clock: datetime, built_until: datetime | None) -> datetime:
    """The instant to read figures at: the clock's, but never later than the newest good build.

    A month that closes after it has no row yet: asked for, it would be n/a on every page until the next good build.
    """
    return clock if built_until is None else min(clock, built_until)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows as dicts."""
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def shift(month: date, by: int) -> date:
    """The first of the month that many months away."""
    index = month.year * 12 + month.month - 1 + by
    return date(index // 12, index % 12 + 1, 1)


def month_end(month: date) -> date:
    """The last day of a month."""
    return shift(month, 1) - timedelta(days=1)


def as_date(value: Any) -> date:
    """A date from what the driver or pandas made of it."""
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else pd.Timestamp(value).date()


def as_float(value: Any) -> float | None:
    """A number for drawing, or None for a null."""
    return None if value is None or pd.isna(value) else float(value)


def as_text(value: Any) -> str:
    """A text for showing; nothing for a null."""
    return "" if value is None or pd.isna(value) else str(value)
