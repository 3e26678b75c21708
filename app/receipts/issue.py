"""Making receipts: one for each figure that is answered, in the transaction of its audit row.

The rows of an answer and the build they are of are read by two logins, so in two transactions. A receipt is made only
where the build was the same before and after the rows were read; where one ended between, they are read again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from app.audited import Rows, Witness
from app.clock import wall
from app.errors import WarehouseDown
from app.metrics import Metric, Question
from app.receipts import store
from app.receipts.basis import Basis, models_digest, read_basis, read_build
from app.receipts.form import Receipt, asked, id_of, identity, sha256, table_of
from app.receipts.seal import Sealer
from app.status import Record, Status

MOST_READS = 5
MOST_KNOWN = 20_000
"""Ids that a process remembers to have stored, some 3 MB."""


@dataclass(frozen=True)
class Draft:
    """What is known of a figure before it is read.

    Attributes:
        sources: the source systems that can change it; none where that is not known, and all count.
    """

    metric: Metric
    question: Question
    as_of: datetime
    sql: str
    marts: tuple[str, ...]
    sources: tuple[str, ...]
    status: Status


def draft_of(
    metric: Metric, question: Question, as_of: datetime, sql: str, marts: tuple[str, ...], record: Record
) -> Draft:
    """The draft of a figure whose promises and sources are as the record says."""
    return Draft(metric, question, as_of, sql, marts, record.sources_of(metric), record.status_of(metric, wall()))


@dataclass
class Issuer:
    """Issues the receipts of one process; safe to share between threads.

    Args:
        sealer: makes the seal; asked for when the first receipt is made, since it may make the home's key.
    """

    sealer: Callable[[], Sealer]
    _basis: Basis | None = None
    _known: OrderedDict[str, None] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def issue(self, read: Callable[[Witness], Rows], draft: Draft) -> tuple[Rows, str | None]:
        """Reads a figure and leaves its receipt.

        Args:
            read: runs the statement, and calls the witness in the transaction in which its audit row is written.
            draft: what is asked.

        Returns:
            The rows, and the receipt's id; None before the first build.

        Raises:
            WarehouseDown: build after build ended while the rows were read.
            As `read`.
        """
        for _ in range(MOST_READS):
            before, made = self._basis, _Made()

            def witness(connection: Connection, rows: Rows, before: Basis | None = before, made: _Made = made) -> None:
                after = self._look(connection)
                made.is_settled = after is None or (before is not None and before.build == after.build)
                if made.is_settled and after is not None:
                    made.receipt_id = self._put(connection, draft, after, rows)

            rows = read(witness)
            if made.is_settled:
                if made.receipt_id:
                    self._remember(made.receipt_id)
                return rows, made.receipt_id
        raise WarehouseDown(
            f"{draft.metric.label} was read {MOST_READS} times, and each time a build ended meanwhile. Expected the "
            "rows of one build. Try again in a moment."
        )

    def _look(self, connection: Connection) -> Basis | None:
        """The basis of what readers see now; its data is asked for only where the build is another one."""
        build = read_build(connection)
        if build is None:
            return None
        known = self._basis
        if known is None or known.build != build:
            known = read_basis(connection, build)
            with self._lock:
                self._basis = known
                self._known.clear()  # ids of another build do not come again; after a restore they may be gone
        return known

    def _put(self, connection: Connection, draft: Draft, basis: Basis, rows: Rows) -> str:
        receipt = _receipt(draft, basis, rows)
        with self._lock:
            is_known = receipt.receipt_id in self._known
        if not is_known:
            store.put(connection, self.sealer().seal(receipt))
        return receipt.receipt_id

    def _remember(self, receipt_id: str) -> None:
        """Only what was committed: so an id that is known is there."""
        with self._lock:
            self._known[receipt_id] = None
            self._known.move_to_end(receipt_id)
            while len(self._known) > MOST_KNOWN:
                self._known.popitem(last=False)


@dataclass
class _Made:
    """What a witness came to."""

    is_settled: bool = False
    receipt_id: str | None = None


def _receipt(draft: Draft, basis: Basis, rows: Rows) -> Receipt:
    """The receipt of what was read."""
    names = draft.sources or tuple(basis.sources)
    sources: dict[str, Any] = {name: basis.sources.get(name) for name in names}
    status = draft.status
    receipt = Receipt(
        receipt_id="",
        metric=draft.metric.name,
        version=draft.metric.certified.version,
        definition=sha256(draft.metric.definition),
        marts=draft.marts,
        question=asked(draft.question),
        as_of=draft.as_of,
        sql=draft.sql,
        models=models_digest(),
        build=basis.build,
        sources=sources,
        checked_at=status.checked_at,
        promises={"kept": list(status.kept), "broken": list(status.broken), "warned": list(status.warned)},
        answer=table_of(rows.names, rows.values),
        made_at=wall(),
    )
    return replace(receipt, receipt_id=id_of(identity(receipt)))
