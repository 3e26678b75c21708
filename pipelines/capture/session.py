"""The capture from end to end: one reader at a time, a slot, the copies, the log; each step resumes what a kill left.

slot made → position remembered → pieces copied → log applied up to where the copies are consistent → live
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from time import monotonic
from typing import Any

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection

from app.errors import SourceDown, WarehouseDown
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.capture import memory, origin, slot
from pipelines.capture.apply import Applier, Values
from pipelines.capture.captured import Captured
from pipelines.capture.copying import PIECE_BYTES, Copier, finish
from pipelines.capture.credentials import Credentials
from pipelines.capture.drift import Drift, Tell, reporting
from pipelines.capture.memory import Remembered
from pipelines.capture.spent import Spent
from pipelines.capture.stream import Follower
from pipelines.capture.tables import Agreed, agree, unpublished_drift
from pipelines.capture.turn import PATIENCE_SECONDS, TurnLost, only_reader, reader

LOOK_SECONDS = 30.0
log = logging.getLogger("plumbline.capture")


def open_warehouse(settings: Settings) -> connection:
    """A connection as the loader.

    Raises:
        WarehouseDown: it does not answer.
    """
    url = warehouse_url(settings, "plumbline_loader").set(drivername="postgresql")
    try:
        found: connection = psycopg2.connect(
            url.render_as_string(hide_password=False), connect_timeout=10, application_name="plumbline capture",
            # The stage of a chunk stays in memory: a temporary table beyond 8 MB would be written out and read again.
            options="-c timezone=UTC -c datestyle=ISO -c intervalstyle=postgres -c temp_buffers=64MB",
            client_encoding="utf8", **origin.KEEPALIVE,
        )
        return found
    except psycopg2.Error as error:
        raise WarehouseDown(
            f"The warehouse does not answer the capture: {str(error).strip().splitlines()[0]}. Expected it at "
            f"{url.host}:{url.port}. Run `plumbline status`."
        ) from None


class Session:
    """One life of a reader of production.

    Args:
        settings: of this home.
        given: how production is reached.
        stopping: ends it, at a whole transaction, when it is set.
        tell: is told of drift; by default an incident is opened.
        piece_bytes: size of a piece of a copy.
        spent: is told where the time goes.
    """

    def __init__(
        self, settings: Settings, given: Credentials, stopping: threading.Event, tell: Tell | None = None,
        piece_bytes: int = PIECE_BYTES, spent: Spent | None = None,
    ) -> None:  # fmt: skip
        self.settings = settings
        self.given = given
        self.stopping = stopping
        self.tell = tell or reporting(settings)
        self.piece_bytes = piece_bytes
        self.spent = spent or Spent()
        self._passed_over: set[int] = set()
        self._told_unpublished: set[tuple[str, str]] = set()

    def run(self, *, once: bool, anew: bool = False, patience: float = PATIENCE_SECONDS) -> None:
        """Follows production until it is stopped; with `once` up to what is committed there now.

        Raises:
            AlreadyRead: there is another reader.
            TurnLost: the warehouse was restarted.
            SourceDown: production does not answer, or cannot be captured as it is.
            WarehouseDown: the warehouse does not answer.
        """
        with (
            closing(open_warehouse(self.settings)) as warehouse,
            only_reader(warehouse, patience),
            closing(origin.connect(self.given.url)) as production,
        ):
            until = origin.position(production) if once else None
            while not self.stopping.is_set():
                is_reached = self._round(production, warehouse, until, anew=anew)
                anew = False
                if is_reached:
                    return

    def _round(self, production: connection, warehouse: connection, until: int | None, *, anew: bool) -> bool:
        """Agrees on the tables, copies what is to be copied, follows; whether `until` is reached."""
        replication = origin.connect(self.given.url, replication=True)
        try:
            server = origin.identify(production, replication)
            published = origin.published(production, self.given.publication)
            remembered, is_new = self._slot(production, warehouse, server, anew)
            agreed = agree(production, warehouse, published, self.piece_bytes, anew=is_new)
            self._passed_over |= agreed.passed_over
            for drift in agreed.drifts:
                self.tell(drift)
            self._copy(production, warehouse, agreed, published)
            if self.stopping.is_set():
                return False
            return self._follow(production, warehouse, replication, remembered, until)
        except psycopg2.Error as error:
            raise SourceDown(
                f"The capture broke off: {str(error).strip().splitlines()[0]}. Expected production and the warehouse "
                "to answer. It goes on from what is stored."
            ) from None
        finally:
            replication.close()
            with suppress(psycopg2.Error):  # of a connection that is lost, which ends by what was raised before
                warehouse.rollback()

    def _slot(
        self, production: connection, warehouse: connection, server: origin.Server, anew: bool
    ) -> tuple[Remembered, bool]:
        """What is remembered of the slot, which is there; and whether it was made now, so that all is copied anew."""
        known = memory.recall(warehouse)
        found = slot.find(production, known.slot if known else self.given.slot or "")
        anew = anew or memory.wants_anew(warehouse)
        reason = "it was asked for" if anew else _why_anew(known, found, server, self.given)
        if known is not None and not reason:
            warehouse.commit()
            return known, False
        if found is not None:
            slot.refuse_foreign(found, server.database)
        name = self.given.slot or (known.slot if known else f"plumbline_{secrets.token_hex(3)}")
        begun = memory.begin(warehouse, name, server.system_id, server.database)
        warehouse.commit()
        if known is not None and known.is_slot_made:
            self.tell(_lost_slot(name, str(reason)))
        slot.drop(production, name)
        lsn = slot.make(production, name)
        memory.slot_made(warehouse, lsn)
        warehouse.commit()
        log.info("slot %s made at %s", name, memory.to_text(lsn))
        return Remembered(name, begun.system_id, begun.database, begun.generation, True, lsn), True

    def _copy(
        self, production: connection, warehouse: connection, agreed: Agreed, published: Sequence[origin.Published]
    ) -> None:
        """Copies all pieces that are not done, then gives the tables their keys."""
        pieces = memory.undone(warehouse)
        tables = memory.tables(warehouse)
        warehouse.commit()
        if pieces:
            log.info("copying %d pieces of %d tables", len(pieces), len({piece.relation for piece in pieces}))
            filters = {table.relation: table.row_filter for table in published}
            copier = Copier(
                lambda: origin.connect(self.given.url), lambda: open_warehouse(self.settings), filters, self.stopping
            )
            with self.spent.on("copying"):
                copier.copy(tables, pieces)
        for table in tables.values():
            if table.state == "copying" and table.relation in agreed.tables and not self.stopping.is_set():
                with self.spent.on("indexing"):
                    finish(warehouse, table, origin.position(production))
                log.info("%s is copied", table.raw_name)

    def _follow(
        self, production: connection, warehouse: connection, replication: Any, remembered: Remembered, until: int | None
    ) -> bool:
        known, ours = memory.recall(warehouse), reader(warehouse)
        warehouse.commit()
        start = known.confirmed if known else remembered.confirmed
        with closing(origin.connect(self.given.url)) as asked:
            applier = Applier(warehouse, refetching(asked), having_values(asked), self.tell, self.spent)
            goal = None if until is None else max(until, *(table.until for table in applier.tables.values()), 0)
            follower = Follower(replication, applier, remembered.slot, self.given.publication, self._passed_over)
            look = self._must_begin_again(production, ours, set(applier.tables))
            follower.follow(start, goal, lambda: self.stopping.is_set() or look())
            self._passed_over |= follower.assembler.unknown
            return goal is not None and applier.confirmed >= goal and not applier.must_copy

    def _must_begin_again(self, production: connection, ours: int | None, known: set[int]) -> Callable[[], bool]:
        """A look, from time to time, at whether other tables are published now; tables beside them are told once.

        While production is quiet nothing is written, and a warehouse that was restarted would not be missed: it holds
        our lock no longer, and a load that takes it finds the slot being read.
        """
        looked_at = float("-inf")

        def look() -> bool:
            nonlocal looked_at
            if monotonic() - looked_at < LOOK_SECONDS:
                return False
            looked_at = monotonic()
            now = {table.relation for table in origin.published(production, self.given.publication)}
            for each in origin.unpublished(production, self.given.publication, sorted(known)):
                if each not in self._told_unpublished:
                    self._told_unpublished.add(each)
                    self.tell(unpublished_drift(*each, self.given.publication))
            with closing(open_warehouse(self.settings)) as warehouse:
                if reader(warehouse) != ours:
                    raise TurnLost(
                        "The warehouse has ended the capture's connection, as when it is restarted. Expected it to "
                        "hold the lock of the one reader. It goes on from what is stored."
                    )
                return memory.wants_anew(warehouse) or now - self._passed_over != known

        return look


def _why_anew(known: Remembered | None, found: slot.Slot | None, server: origin.Server, given: Credentials) -> str:
    """Why all has to be copied (again); empty where the log goes on from what is stored."""
    if known is None or not known.is_slot_made:
        return "it was never made"
    if (known.system_id, known.database) != (server.system_id, server.database):
        return "this is another server or database than before"
    if given.slot not in (None, known.slot):
        return "the credentials name another slot"
    if found is None:
        return "production has no such slot any more"
    if found.is_lost:
        return "production has thrown away log that was not read yet (wal_status lost)"
    if found.confirmed > known.confirmed:
        return (
            f"the warehouse holds production up to {memory.to_text(known.confirmed)} only, and production was told "
            f"that all up to {memory.to_text(found.confirmed)} is stored, as after restoring an older backup"
        )
    return ""


def _lost_slot(name: str, reason: str) -> Drift:
    return Drift(
        "*", "lost_slot", f"the slot {name} is of no use: {reason}", "a slot from which the log goes on",
        "All tables are copied anew; the rows of before stay in sight until then.",
    )  # fmt: skip


def refetching(production: connection) -> Callable[..., Iterator[tuple[Values, Values]]]:
    """Reads columns of single rows by their key; what production has no longer is left out."""

    def refetch(
        table: Captured, wanted: Sequence[str], keys: Sequence[Values]
    ) -> Iterator[tuple[Values, Values]]:
        casts = sql.SQL(", ").join(sql.SQL("{}::text").format(sql.Identifier(name)) for name in wanted)
        same = sql.SQL(" and ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in table.key)
        query = sql.SQL("select {} from {} where {}").format(casts, sql.Identifier(table.schema, table.name), same)
        with production.cursor() as cursor:
            for key in keys:
                cursor.execute(query, key)
                for row in cursor.fetchall():
                    yield key, row

    return refetch


def having_values(production: connection) -> Callable[[Captured, Sequence[str]], bool]:
    """Whether production's table holds anything in one of the columns."""
    return lambda table, columns: any(
        origin.has_values(production, table.schema, table.name, column) for column in columns
    )
