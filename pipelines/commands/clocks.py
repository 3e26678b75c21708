"""The two clocks of `plumbline metric`: what was known at an instant, and what is known about one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from app.settings import Settings
from pipelines.commands.options import read_known

if TYPE_CHECKING:
    from rich.console import Console

    from app.answers import Answer
    from app.metrics import Metric
    from app.question import Question
    from app.warehouse import Warehouse

BUILD_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NO_RECEIPT = "what was known then does not change; the receipt made then says it, while it is kept"


@dataclass(frozen=True)
class Clocks:
    """Both instants, in UTC; none where it was not asked for.

    Attributes:
        known: what was known then, or by the build of that id.
        about: what is (or was) known about then.
        zone: the reporting time zone, by which days begin.
    """

    known: datetime | UUID | None
    about: datetime | None
    zone: ZoneInfo

    @classmethod
    def read(cls, settings: Settings, clock: datetime, as_of: str | None, at: str | None) -> Clocks:
        """Both as they were given.

        Raises:
            UsageError: one is no instant, or lies ahead of the clock.
        """
        return cls(
            None if as_of is None else _build_id(as_of) or read_known("--as-of", as_of, settings, clock),
            None if at is None else read_known("--at", at, settings, clock),
            settings.timezone,
        )

    @property
    def are_read(self) -> bool:
        return self.known is not None or self.about is not None

    def ask(
        self, warehouse: Warehouse, question: Question, now: datetime
    ) -> tuple[Answer, datetime, dict[str, object]]:
        """The answer, the business instant it speaks about, and what the payload says of the clocks.

        Raises:
            QuestionError: nothing is remembered of then, or the question has no honest answer.
            NotPermitted, NotBuilt, WarehouseDown: as any question.
        """
        from app.access import OPERATOR

        if self.known is None:
            instant, asked = self.spoken_about(question, now, catalogue_of_today())
            return warehouse.answer(OPERATOR, asked, as_of=instant), instant, {"at": self.about}
        moment = warehouse.memory.moment(self.known)
        metrics = warehouse.memory.definitions(moment).metrics
        instant, asked = self.spoken_about(question, moment.as_of, metrics)
        then = warehouse.memory.answer(OPERATOR, asked, known=self.known, at=instant)
        told: dict[str, object] = {
            "known_at": self.known,
            "known": {
                "known_at": moment.known_at, "recorded_at": moment.recorded_at, "data_until": moment.as_of,
                "build_id": moment.build_id, "version": then.answer.metric.certified.version,
                "unremembered": then.unremembered,
            },
            "why_no_receipt": NO_RECEIPT,
        }  # fmt: skip
        return then.answer, instant, told | ({"at": self.about} if self.about else {})

    def spoken_about(
        self, question: Question, latest: datetime, metrics: Mapping[str, Metric]
    ) -> tuple[datetime, Question]:
        """The instant to ask as of, and whether the period it lies in is shown.

        Of what is kept by month only the whole month is known, of which nothing is about an instant within it. Of what
        is kept by day the day of the instant is the last one; at midnight it is the day that then ends.
        """
        from app.made_of import is_by_day

        metric = metrics.get(question.metric)
        by_day = metric is not None and is_by_day(metric, metrics)
        is_past = self.about is not None and self.about < latest
        instant = min(latest, self.about) if self.about else latest
        partial = by_day if is_past else (question.compare is None or by_day)
        ends_a_day = is_past and by_day and instant.astimezone(self.zone).time() == time.min
        return instant, replace(question, include_partial=partial, whole_days=ends_a_day)


def _build_id(text: str) -> UUID | None:
    """The id of a build, where that was given in place of an instant."""
    return UUID(text) if BUILD_ID.fullmatch(text) else None


def catalogue_of_today() -> Mapping[str, Metric]:
    """The metrics as they are defined now."""
    from app.metrics import catalogue

    return catalogue()


def draw_clocks(payload: dict[str, object], console: Console) -> None:
    """A line that says of when the figures were known, where that was asked."""
    known = payload.get("known")
    if isinstance(known, dict):
        said = f"Known at {payload['known_at']}, by the build of {known['recorded_at']}, definition {known['version']}"
        console.print(said, markup=False)
        if known["unremembered"]:
            said = f"{known['unremembered']} later build(s) or part(s) of then are not remembered."
            console.print(said, markup=False)
    if payload.get("at"):
        console.print(f"About {payload['at']}: nothing after it is shown.", markup=False)
