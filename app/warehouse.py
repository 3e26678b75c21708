"""The one way from the portal, the mails and the command line to the data.

What is asked here becomes a statement (`app.compile`), and every statement runs through `AuditedReads.read`: as the
viewer's role whose login may select the mart, read-only, with a time limit and a row in portal.audit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from sqlalchemy import Select

from app.access import Viewer
from app.alert_desk import AlertDesk
from app.answers import Answer, answered
from app.audited import MOST_ROWS, AuditedReads, Request, Rows
from app.board.packs import Asks as BoardAsks
from app.board.packs import Board
from app.clock import wall
from app.comments.store import Comments
from app.company_files import CompanyFiles
from app.compile import additivity_of, columns_of, compile_question, marts_of, metric_of, simplest
from app.connections import Connections
from app.database_access import DatabaseAccess
from app.drill.desk import Drill
from app.errors import NotBuilt, NotPermitted
from app.filters import asked_of, doubtful, refuse_unknown, select_values
from app.grants import Grants
from app.known.memory import Memory
from app.ledger.store import Ledger
from app.made_of import dimensions_of
from app.mails import Mails
from app.mart_rows import select_rows
from app.metrics import Metric, Question, catalogue
from app.own.store import DASHBOARDS
from app.people import People
from app.progress import Progress
from app.receipts.desk import Asks, Desk
from app.receipts.form import Receipt
from app.receipts.issue import Issuer, draft_of
from app.receipts.seal import sealer
from app.reports.store import REPORTS
from app.saved.store import SavedThings
from app.settings import Settings
from app.signatures import Signing
from app.sql.room import SqlRoom
from app.statements import read_back, written_out
from app.status import BuildFailure, Passport, Recorder, Status
from app.steering import Steering
from app.stripe_arrivals import Events
from app.subscriptions.store import Subscriptions
from app.timeline.store import Asks as TimelineAsks
from app.timeline.store import Timeline
from app.tours import Tours

__all__ = ["Answer", "BuildFailure", "Passport", "Status", "Warehouse"]


class Warehouse:
    """What can be asked. One per process; safe to share between threads."""

    def __init__(self, settings: Settings, metrics: Mapping[str, Metric] | None = None) -> None:
        self.settings = settings
        self._metrics = catalogue() if metrics is None else metrics
        self._connections = Connections(settings)
        self._grants = Grants(self._connections)
        self._reads = AuditedReads(self._connections, self._grants)
        self._recorder = Recorder(self._connections)
        self.mails = Mails(self._connections, self._reads, settings)
        self.events = Events(self._connections)
        self.alerts = AlertDesk(self._connections)
        self.files = CompanyFiles(self._connections, settings)
        self.people = People(self._connections)
        self.ledger = Ledger(self._connections, self._reads)
        self.subscriptions = Subscriptions(self._connections, settings)
        self.database_access = DatabaseAccess(self._connections, settings)
        self.tours = Tours(self._connections)
        self.progress = Progress(self._connections)
        self.sql = SqlRoom(settings, self._connections, self._metrics)
        self.memory = Memory(self._connections, self._reads, settings.timezone)
        self._issuer = Issuer(lambda: sealer(settings))
        asks = Asks(self._ask_again, self._run_again)
        self.receipts = Desk(settings, self._connections, self._grants, self._reads, self._metrics, asks)
        asks_of_board = BoardAsks(self._shown, self.receipts, lambda: sealer(settings))
        self.drill = Drill(settings, self._reads, self._grants, self._metrics, self._shown)
        self.reports = SavedThings(REPORTS, self._connections, self._reads)
        self.dashboards = SavedThings(DASHBOARDS, self._connections, self._reads)
        self.board = Board(self._connections, self._reads, self._metrics, asks_of_board)
        self.comments = Comments(self._connections, self._reads, self._readers)
        asks_of_timeline = TimelineAsks(self.read, self.may_read, self.visible_metrics)
        self.timeline = Timeline(self._connections, self._reads, self._metrics, asks_of_timeline)

    def answer(
        self, viewer: Viewer, question: Question, *, as_of: datetime, with_receipt: bool = True, is_picked: bool = False
    ) -> Answer:
        """A certified figure.

        Args:
            viewer: who asks.
            question: what.
            as_of: the business instant.
            with_receipt: whether a receipt is made: not where only a program looks at the figure.
            is_picked: whether the filters' values were picked among those there are, so that none is a slip of the pen.

        Raises:
            QuestionError: the question has no honest answer, or filters by a value that no month has.
            NotPermitted: no role of the viewer may read the metric.
            NotBuilt: its mart has not been built yet.
            WarehouseDown: nobody answers.
        """
        metric = metric_of(question.metric, self._metrics)
        statement = self._compile(question, as_of)
        request = Request("answer", marts_of(metric, self._metrics), metric.name, asked_of(question))
        sql, record, receipt = written_out(statement), self._recorder.record(), None
        if with_receipt:
            draft = draft_of(metric, question, as_of, sql, request.marts, record)
            found, receipt = self._issuer.issue(lambda w: self._reads.read(viewer, request, statement, w), draft)
        else:
            found = self._reads.read(viewer, request, statement)
        rows = found.values
        for dimension in () if is_picked else doubtful(question, rows):
            wanted = [value for name, value in (*question.where, *question.unless) if name == dimension]
            refuse_unknown(metric.name, dimension, wanted, self._values(viewer, metric, dimension))
        status, additivity = record.status_of(metric, wall()), additivity_of(metric, self._metrics)
        columns, nothing = columns_of(question, self._metrics), record.nothing_known(metric)
        return answered(rows, columns, sql, metric, additivity, status, receipt, nothing)

    def _shown(self, viewer: Viewer, question: Question, as_of: datetime) -> Answer:
        return self.answer(viewer, question, as_of=as_of)

    def read(
        self,
        viewer: Viewer,
        mart: str,
        *,
        columns: Sequence[str] = (),
        where: Mapping[str, Any] | None = None,
        order_by: Sequence[str] = (),
        limit: int = 10_000,
        exact: bool = False,
    ) -> pd.DataFrame:
        """Rows of a mart, such as `mart_executive.alerts`.

        Args:
            viewer: who asks.
            mart: schema and name.
            columns: which; all where none is named.
            where: column → value, all of which must hold. None asks for nulls, a list for any of its members; a
                comparison may follow the column's name: `{"ds >=": day}`.
            order_by: columns; `-column` for the largest first.
            limit: most rows.
            exact: keep `numeric` as Decimal instead of float.

        Raises:
            As `answer`.
        """
        statement = select_rows(mart, columns, where or {}, order_by).limit(min(limit, MOST_ROWS))
        request = Request("read", (mart,), None, {"mart": mart, "where": dict(where or {})})
        found = self._reads.read(viewer, request, statement)
        frame = pd.DataFrame(list(found.values), columns=list(found.names))
        if not exact:
            for name in found.names:
                if any(isinstance(value, Decimal) for value in frame[name]):
                    frame[name] = frame[name].astype("float64")
        return frame

    def passport(self, viewer: Viewer, name: str, *, as_of: datetime, partial: bool = False) -> Passport:
        """What a figure means and where it comes from, of the running month as well where it is `partial`.

        Only for whom may see the figure.
        """
        metric = self._visible(viewer, name)
        record = self._recorder.record()
        status = record.status_of(metric, wall())
        return Passport(
            definition=metric.definition,
            owner=metric.owner,
            certified=metric.certified,
            data_until=status.data_until,
            checked_at=status.checked_at,
            promises_kept=status.kept,
            promises_broken=status.broken,
            worked_out_as=metric.worked_out_as,
            comes_from=record.comes_from(metric) or marts_of(metric, self._metrics),
            sql=written_out(self._compile(replace(simplest(metric, self._metrics), include_partial=partial), as_of)),
            promises_warned=status.warned,
            build_failed=status.build_failed,
        )

    def status(self, viewer: Viewer, name: str) -> Status:
        """How fresh and how sure a figure is now; only for whom may see the figure."""
        return self._recorder.record().status_of(self._visible(viewer, name), wall())

    def heard_of(self, build: object) -> None:
        """For who keeps what is said beside figures until the next build: it is of this one, not of seconds before."""
        self._recorder.heard_of(build)

    def visible_metrics(self, viewer: Viewer) -> tuple[str, ...]:
        """The metrics whose marts are there and that this viewer may read."""
        return tuple(
            name
            for name, metric in self._metrics.items()
            if set(viewer.roles) & set(self._grants.roles_reading(marts_of(metric, self._metrics)))
        )

    def _readers(self, name: str) -> tuple[str, ...]:
        """The roles that may see a figure; QuestionError where there is none of that name."""
        return self._grants.roles_reading(marts_of(metric_of(name, self._metrics), self._metrics))

    def may_read(self, viewer: Viewer, mart: str) -> bool:
        """Whether the mart is there and one of the viewer's roles may read it."""
        return bool(set(viewer.roles) & set(self._grants.roles_reading((mart,))))

    def steering(self, viewer: Viewer) -> Steering:
        return Steering(self._connections, viewer)

    def signing(self, viewer: Viewer) -> Signing:
        return Signing(self._connections, viewer)

    def roles_of(self, email: str) -> tuple[str, ...]:
        """The roles a person has at this moment."""
        return self.people.roles_of(email)

    def open_session(
        self, session_id: str, email: str, started_at: datetime, expires_at: datetime, name: str = ""
    ) -> None:
        self.people.open_session(session_id, email, started_at, expires_at, name)

    def session_valid(self, session_id: str, now: datetime) -> bool:
        return self.people.session_valid(session_id, now)

    def standing(self, session_id: str, email: str, now: datetime) -> tuple[str, ...] | None:
        """The roles of whoever signed in; None where the session does not stand."""
        return self.people.standing(session_id, email, now)

    def record(self, viewer: Viewer, action: str, outcome: str = "ok", **filters: Any) -> None:
        """Writes an audit row of something that is no read: a page opened or refused, a sign-in, a mail sent."""
        self._reads.note(viewer, action, outcome, **filters)

    def close(self) -> None:
        """Gives all connections back."""
        self.sql.close()
        self._connections.close()

    def _ask_again(self, viewer: Viewer, question: Question, as_of: datetime) -> tuple[Rows, str]:
        """The rows of a question that a receipt was made of, and the statement they come by today."""
        metric, statement = metric_of(question.metric, self._metrics), self._compile(question, as_of)
        request = Request("check receipt", marts_of(metric, self._metrics), metric.name, {"question": question})
        return self._reads.read(viewer, request, statement), written_out(statement)

    def _run_again(self, viewer: Viewer, receipt: Receipt) -> Rows:
        """The rows of a receipt's own statement: of one whose seal holds, so that it is ours word for word."""
        request = Request("check receipt", receipt.marts, receipt.metric, {"receipt": receipt.receipt_id})
        return self._reads.read(viewer, request, read_back(receipt.sql))

    def values(self, viewer: Viewer, names: Sequence[str], dimension: str) -> tuple[str, ...]:
        """Every value of a dimension in what some metrics are made of, as far as the viewer may read it; ascending."""
        having = [self._metrics[name] for name in names]
        having = [metric for metric in having if dimension in dimensions_of(metric, self._metrics)]
        marts = {mart: metric.name for metric in having for mart in marts_of(metric, self._metrics)}
        found: set[str] = set()
        for mart, name in marts.items():
            with suppress(NotPermitted, NotBuilt):
                found.update(self._values_in(viewer, mart, name, dimension))
        return tuple(sorted(found))

    def _values(self, viewer: Viewer, metric: Metric, dimension: str) -> tuple[str, ...]:
        """Every value that a dimension has in the marts of a metric, whatever the month."""
        marts = marts_of(metric, self._metrics)
        return tuple(sorted(set().union(*(self._values_in(viewer, mart, metric.name, dimension) for mart in marts))))

    def _values_in(self, viewer: Viewer, mart: str, name: str, dimension: str) -> set[str]:
        asked = Request("values", (mart,), name, {"by": (dimension,)})
        found = self._reads.read(viewer, asked, select_values(mart, dimension))
        return {str(value) for (value,) in found.values if value is not None}

    def _compile(self, question: Question, as_of: datetime) -> Select[Any]:
        return compile_question(question, self._metrics, as_of=as_of.astimezone(self.settings.timezone))

    def _visible(self, viewer: Viewer, name: str) -> Metric:
        """The metric, for whom may see it.

        Raises:
            QuestionError: there is none of that name.
            NotPermitted, NotBuilt: as a read of it would.
        """
        metric = metric_of(name, self._metrics)
        self._grants.role_for(viewer, marts_of(metric, self._metrics))
        return metric
