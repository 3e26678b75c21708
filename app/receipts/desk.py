"""The desk where receipts are shown and checked: for whom may see the figure, and never without a row in the audit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.access import OPERATOR, Viewer
from app.audited import AuditedReads, Rows
from app.compile import metric_of
from app.connections import Connections
from app.errors import NotBuilt, NotPermitted, PlumblineError, QuestionError, ReceiptAltered, UsageError
from app.grants import Grants
from app.metrics import Metric, Question
from app.receipts.basis import read_build
from app.receipts.causes import UNANSWERABLE, Cause, data_causes, definition_causes
from app.receipts.difference import Change, differences
from app.receipts.form import Receipt, Stored, heard, question_of, spoken
from app.receipts.seal import sealer
from app.receipts.store import find
from app.secrets import PORTAL
from app.settings import Settings

WAREHOUSE = "warehouse"


@dataclass(frozen=True)
class Asks:
    """How the desk reads figures anew.

    Attributes:
        question: asks a question as of an instant: the rows, and the statement they came by.
        statement: runs the statement of a receipt whose seal holds.
    """

    question: Callable[[Viewer, Question, datetime], tuple[Rows, str]]
    statement: Callable[[Viewer, Receipt], Rows]


@dataclass(frozen=True)
class Shown:
    """A receipt, and the columns that do not fit its seal; none where it is as it was sealed."""

    stored: Stored
    altered: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """Whether a receipt still holds.

    Attributes:
        state: the figure is what the receipt says (`identical`), is another for reasons (`restated`), or the receipt
            or the figure was changed by hand (`altered`).
        altered: the columns of the receipt that do not fit its seal; `warehouse` where the receipt is sound and the
            figure in the warehouse is another, though nothing was loaded or built since.
        changes: the rows that differ.
        causes: why; where the figure is identical, what could have changed it and did not.
    """

    shown: Shown
    state: Literal["identical", "restated", "altered"]
    altered: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    causes: tuple[Cause, ...] = ()

    @property
    def receipt(self) -> Receipt:
        return self.shown.stored.receipt

    @property
    def holds(self) -> bool:
        """Whether nothing was changed by hand, and every difference has a reason."""
        return self.state == "identical" or (self.state == "restated" and bool(self.causes))


class Desk:
    """Looks receipts up, as the portal's login, for one viewer at a time."""

    def __init__(
        self,
        settings: Settings,
        connections: Connections,
        grants: Grants,
        reads: AuditedReads,
        metrics: Mapping[str, Metric],
        asks: Asks,
    ) -> None:
        self._settings, self._connections, self._grants = settings, connections, grants
        self._reads, self._metrics, self._asks = reads, metrics, asks

    def show(self, viewer: Viewer, text: str) -> Shown:
        """A receipt as it lies there, and what of it does not fit its seal.

        Args:
            viewer: who asks.
            text: its id as somebody typed it.

        Raises:
            UsageError: there is none of that id.
            NotPermitted: no role of the viewer may read the figure.
            ReceiptAltered: it was altered in what it says it was read from; the operator sees it all the same.
            NotBuilt: what it was read from is not there any more, so that nobody can say who may see it.
            SealKeyMissing: the key that sealed it is not in this home.
        """
        receipt_id = heard(text)
        with self._connections.open(PORTAL) as connection:
            found = find(connection, receipt_id)
        if found is None:
            self._reads.note(viewer, "receipt", "unknown", receipt=receipt_id)
            raise UsageError(
                f"There is no receipt {spoken(receipt_id)}. Expected the id of a figure that this Plumbline has shown "
                f"within the last {self._settings.receipts_days} days. Compare it sign by sign with where you read it."
            )
        metric = found.receipt.metric
        altered = sealer(self._settings).altered(found)
        try:
            self._guard(viewer, found.receipt, altered)
        except NotPermitted:
            self._reads.note(viewer, "receipt", "refused", metric=metric, receipt=receipt_id)
            raise
        self._reads.note(viewer, "receipt", metric=metric, receipt=receipt_id)
        return Shown(found, altered)

    def check(self, viewer: Viewer, text: str) -> Verdict:
        """Whether the receipt is as it was sealed, and the figure still what it says.

        Raises:
            As `show`.
        """
        shown = self.show(viewer, text)
        receipt = shown.stored.receipt
        if shown.altered:
            return Verdict(shown, "altered", shown.altered)
        try:
            metric = metric_of(receipt.metric, self._metrics)
            rows, sql = self._asks.question(viewer, question_of(receipt.question), receipt.as_of)
            own = rows if sql == receipt.sql else self._own(viewer, receipt)
        except (QuestionError, NotBuilt) as error:
            return _unanswerable(shown, error)
        with self._connections.open(PORTAL) as connection:
            build = read_build(connection)  # after the rows: if it is the receipt's, they are of that build
            if isinstance(own, PlumblineError) and build == receipt.build:
                return _unanswerable(shown, own)  # whether a hand has changed it cannot be told apart
            by_hand = []
            if isinstance(own, Rows) and build == receipt.build:
                by_hand = differences(receipt.answer, own.names, own.values)
            if by_hand:
                return Verdict(shown, "altered", (WAREHOUSE,), tuple(by_hand))
            changes = differences(receipt.answer, rows.names, rows.values)
            causes = definition_causes(receipt, metric, sql)
            if build is not None and build != receipt.build:
                causes += data_causes(connection, receipt, build, changes, self._settings.timezone)
        return Verdict(shown, "restated" if changes else "identical", (), tuple(changes), tuple(causes))

    def _own(self, viewer: Viewer, receipt: Receipt) -> Rows | PlumblineError:
        """The rows of the receipt's own statement, or why there are none: a later build may lack what it names."""
        try:
            return self._asks.statement(viewer, receipt)
        except (QuestionError, NotBuilt) as error:
            return error

    def _guard(self, viewer: Viewer, receipt: Receipt, altered: tuple[str, ...]) -> None:
        """Lets pass whoever may read what the figure was read from; the operator always, who holds the keys anyway."""
        if viewer == OPERATOR:
            return
        if {"metric", "marts"} & set(altered):
            raise ReceiptAltered(
                f"The receipt {spoken(receipt.receipt_id)} was altered in what it says it was read from, so nobody can "
                "say who may see it. Ask the person who runs Plumbline to look at it with `plumbline receipt`."
            )
        self._grants.role_for(viewer, receipt.marts)


def _unanswerable(shown: Shown, error: PlumblineError) -> Verdict:
    return Verdict(shown, "restated", causes=(Cause(UNANSWERABLE, str(error)),))
