"""What was known then: the same question, by the definitions and over the rows of a remembered build.

Every rule holds as for a question of today: who may read is asked of today's marts, and held by the database on their
histories; what would be a lie is refused; each read leaves its row in the audit.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from app.access import Viewer
from app.answers import Answer, answered
from app.audited import AuditedReads, Request, Rows, Statement
from app.compile import additivity_of, columns_of, compile_question, marts_of, metric_of
from app.connections import Connections
from app.filters import asked_of, doubtful, refuse_unknown, select_values
from app.known.moments import (
    Definitions,
    Moment,
    definitions_at,
    moment_at,
    moments,
    refuse_unremembered,
    state_of_definitions,
    unremembered,
)
from app.metrics import Metric, Question
from app.secrets import PORTAL
from app.statements import written_out
from app.status import Status

MOST_DEFINITIONS = 8
"""Catalogues of the past that a process keeps."""


@dataclass(frozen=True)
class Then:
    """An answer of what was known then.

    Attributes:
        answer: as any, by the definition of then; without a receipt, and without promises, which were checked of that
            build and not of its figures' later readers.
        moment: the build.
        unremembered: builds and parts that readers had seen by the instant and that are not remembered.
    """

    answer: Answer
    moment: Moment
    unremembered: int = 0


class Memory:
    """Asks for what was known, for one viewer at a time."""

    def __init__(self, connections: Connections, reads: AuditedReads, zone: ZoneInfo) -> None:
        self._connections, self._reads, self.zone = connections, reads, zone
        self._defined: dict[datetime | None, Definitions] = {}

    def moments(self) -> list[Moment]:
        """Every remembered build, in the order in which they were recorded."""
        with self._connections.open(PORTAL) as connection:
            return list(moments(connection))

    def moment(self, instant: datetime | UUID) -> Moment:
        """The build that was known at an instant, or that of an id.

        Raises:
            QuestionError: nothing is remembered of then.
        """
        with self._connections.open(PORTAL) as connection:
            return moment_at(connection, instant, self.zone)

    def definitions(self, moment: Moment) -> Definitions:
        """The catalogue as it was then; the same object for moments between which nothing was redefined."""
        with self._connections.open(PORTAL) as connection:
            return self._definitions(connection, moment)

    def answer(self, viewer: Viewer, question: Question, *, known: datetime | UUID, at: datetime | None = None) -> Then:
        """What a question was answered at an instant.

        Args:
            viewer: who asks.
            question: what.
            known: the instant, of the clock that this home lives by; or the id of a remembered build.
            at: the business instant to speak about, where it is an earlier one than that of the build.

        Raises:
            QuestionError: nothing is remembered of then, or the question had no honest answer.
            NotPermitted, NotBuilt, WarehouseDown: as a question of today.
        """
        with self._connections.open(PORTAL) as connection:
            moment = moment_at(connection, known, self.zone)
            metrics = self._definitions(connection, moment).metrics
            metric = metric_of(question.metric, metrics)
            marts = marts_of(metric, metrics)
            refuse_unremembered(connection, marts, moment, self.zone)
            missed = unremembered(connection, moment, known)
        as_of = moment.as_of if at is None else min(at, moment.as_of)
        statement = compile_question(
            question, metrics, as_of=as_of.astimezone(self.zone), known=moment.recorded_at
        )
        filters = asked_of(question) | {"known_at": moment.known_at}
        rows = self._reads.read(viewer, Request("answer then", marts, metric.name, filters), statement).values
        for dimension in doubtful(question, rows):
            wanted = [value for name, value in (*question.where, *question.unless) if name == dimension]
            refuse_unknown(metric.name, dimension, wanted, self._values(viewer, metric, marts, dimension, moment))
        status = Status(moment.as_of, None, None, (), (), is_stale=False)
        columns, additivity = columns_of(question, metrics), additivity_of(metric, metrics)
        found = answered(rows, columns, written_out(statement), metric, additivity, status)
        return Then(found, moment, missed)

    def rows(
        self, viewer: Viewer, marts: tuple[str, ...], metric: str, statement: Statement, **filters: Any
    ) -> Rows:
        """The rows of a statement over the histories of these marts."""
        return self._reads.read(viewer, Request("known", marts, metric, filters), statement)

    def _definitions(self, connection: Connection, moment: Moment) -> Definitions:
        state = state_of_definitions(connection, moment)
        found = self._defined.get(state) or definitions_at(connection, moment)
        while len(self._defined) >= MOST_DEFINITIONS:
            self._defined.pop(next(iter(self._defined)))
        self._defined[state] = found
        return found

    def connection(self) -> AbstractContextManager[Connection]:
        """A transaction as the portal's login, for what is noted in the schema `portal`."""
        return self._connections.open(PORTAL)

    def _values(
        self, viewer: Viewer, metric: Metric, marts: tuple[str, ...], dimension: str, moment: Moment
    ) -> tuple[str, ...]:
        found: set[str] = set()
        for mart in marts:
            request = Request("values", (mart,), metric.name, {"by": (dimension,)})
            rows = self._reads.read(viewer, request, select_values(mart, dimension, moment.recorded_at)).values
            found.update(str(value) for (value,) in rows if value is not None)
        return tuple(sorted(found))
