"""Follows production's log: one thread reads and decodes, another applies; each batch as soon as the last is stored.

Production is told that log may go only after what it says was committed in the warehouse.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Collection
from contextlib import closing
from functools import partial
from queue import Full, Queue
from time import monotonic, perf_counter, sleep
from typing import Any

import psycopg2

from app.errors import SourceDown
from pipelines.capture.apply import Applier
from pipelines.capture.changes import Assembler, Chunk
from pipelines.capture.decoder import decode

FEEDBACK_SECONDS = 10.0
NEVER_BY_ITSELF = 86_400.0
"""Seconds after which psycopg2 tells production something by itself: when is for us to say."""
ASK_SECONDS = 1.0
LOOK_SECONDS = 0.05
IDLE_SECONDS = 0.5
HELD_LOOKS, HELD_SECONDS = 40, 0.25
"""How often, and after how long, it is tried again to read a slot that production says is being read."""
MOST_AT_ONCE = 1_000
"""So many messages are taken before anybody looks whether it is over."""


class Worker(threading.Thread):
    """Applies what it is handed, one chunk after the other; ends with the first error."""

    def __init__(self, applier: Applier) -> None:
        super().__init__(name="applier", daemon=True)
        self.applier = applier
        self.error: BaseException | None = None
        self._chunks: Queue[Chunk | int | None] = Queue(maxsize=1)
        self._handed = 0
        self._done = 0

    @property
    def is_idle(self) -> bool:
        return self._handed == self._done

    def run(self) -> None:
        try:
            while (given := self._chunks.get()) is not None:
                if isinstance(given, int):
                    self.applier.note(given)
                else:
                    self.applier.apply(given)
                self._done += 1
        except BaseException as error:  # raised again in the thread that reads
            self.error = error

    def hand(self, given: Chunk | int, while_waiting: Callable[[], None]) -> None:
        """Hands over; waits while the one before is not even begun."""
        self._handed += 1
        while True:
            self.refuse_broken()
            try:
                self._chunks.put(given, timeout=FEEDBACK_SECONDS / 4)
                return
            except Full:
                while_waiting()

    def refuse_broken(self) -> None:
        """Raises what the applying thread has ended with."""
        if self.error is not None:
            raise self.error

    def end(self) -> None:
        """Lets what was handed over be done, then ends."""
        while self.is_alive():
            try:
                self._chunks.put(None, timeout=0.1)
                break
            except Full:
                continue
        self.join()


class Follower:
    """Follows the log from the stored position.

    Args:
        log: a replication connection; it is closed at the end.
        applier: what applies the chunks.
        slot: name of the slot.
        publication: name of the publication.
        passed_over: relations whose changes are none of our business.
    """

    def __init__(
        self, log: Any, applier: Applier, slot: str, publication: str, passed_over: Collection[int] = ()
    ) -> None:
        self.log = log
        self.applier = applier
        self.worker = Worker(applier)
        self.assembler = Assembler({oid: table.key for oid, table in applier.tables.items()}, passed_over)
        self.slot = slot
        self.publication = publication
        self._every = ASK_SECONDS
        self._told_at = 0.0
        self._asked_at = 0.0
        self._noted_at = 0.0
        self._well_at = 0.0
        self._flushed = 0

    def follow(self, start: int, until: int | None, is_over: Callable[[], bool]) -> None:
        """Reads until `until` is stored, or (without) until `is_over` says so; whole transactions only.

        Raises:
            SourceDown: production no longer answers, or its log cannot be read.
        """
        self.applier.begin(start)
        self._flushed = start
        self._told_at = monotonic()
        self._well_at = monotonic() + FEEDBACK_SECONDS
        self._every = ASK_SECONDS if until is None else LOOK_SECONDS
        with closing(self.log), self.log.cursor() as cursor:
            self._begin(cursor, start)
            self.worker.start()
            try:
                while not (is_over() or self.applier.must_copy or self.assembler.unknown):
                    if until is not None and self.applier.confirmed >= until and self.worker.is_idle:
                        break
                    self._step(cursor)
                while self.assembler.has_whole:
                    self.worker.hand(self.assembler.give(), lambda: self._feed_back(cursor))
            except psycopg2.Error as error:
                raise SourceDown(
                    f"Reading production's log broke off: {str(error).strip().splitlines()[0]}. Expected it to go on "
                    "from the slot. It is tried again from what is stored."
                ) from None
            finally:
                self._note_end(cursor)
                self.worker.end()
            self.worker.refuse_broken()
            self._feed_back(cursor)

    def _begin(self, cursor: Any, start: int) -> None:
        """Begins to read; a slot that is still held by a reader which has just ended is waited for."""
        options = {"proto_version": "1", "publication_names": f'"{self.publication}"'}
        begin = partial(
            cursor.start_replication, slot_name=self.slot, start_lsn=start, options=options, decode=False,
            status_interval=NEVER_BY_ITSELF,
        )  # fmt: skip
        try:
            for _ in range(HELD_LOOKS):
                try:
                    begin()
                    return
                except psycopg2.errors.ObjectInUse:
                    sleep(HELD_SECONDS)
            begin()
        except psycopg2.Error as error:
            raise SourceDown(
                f"The slot {self.slot!r} in production cannot be read: {str(error).strip().splitlines()[0]}. Expected "
                "it to be free. See `plumbline doctor`."
            ) from None

    def _step(self, cursor: Any) -> None:
        """Takes the messages that are there, and does what is to be done while there is none."""
        self.worker.refuse_broken()
        if self._took(cursor):
            return
        if self.worker.is_idle:
            if self.assembler.has_whole:
                self.worker.hand(self.assembler.give(), lambda: self._feed_back(cursor))
            elif self.assembler.is_between and (
                cursor.wal_end > self.applier.confirmed or monotonic() > self._well_at
            ):
                self._note(max(cursor.wal_end, self.applier.confirmed))
        now = monotonic()
        if self.applier.confirmed > self._flushed or now - self._told_at > FEEDBACK_SECONDS:
            self._feed_back(cursor)
        elif now - self._asked_at > self._every and self._may_tell(cursor):
            self._asked_at = self._told_at = now
            cursor.send_feedback(reply=True)
        with self.applier.spent.on("waiting"):
            patience = min(self._every, IDLE_SECONDS) if self.worker.is_idle else LOOK_SECONDS
            select.select([cursor], [], [], patience)

    def _took(self, cursor: Any) -> bool:
        """Takes some of the messages that are there; whether there may be more."""
        assembler, spent = self.assembler, self.applier.spent
        is_more, began, decoding = True, perf_counter(), 0.0
        for _ in range(MOST_AT_ONCE):
            message = cursor.read_message()
            if message is None:
                is_more = False
                break
            payload, arrived = message.payload, perf_counter()
            assembler.take(decode(payload), len(payload))
            decoding += perf_counter() - arrived
            if assembler.is_full or assembler.unknown:
                break
        spent.add("decoding", decoding)
        spent.add("reading", perf_counter() - began - decoding)
        if assembler.is_full:
            with spent.on("handing"):
                self.worker.hand(assembler.give(), lambda: self._feed_back(cursor))
        return is_more

    def _note(self, lsn: int) -> None:
        """Remembers from time to time how far there was nothing of ours; and once that what kept us before is over."""
        if monotonic() - self._noted_at > self._every:
            self._noted_at, self._well_at = monotonic(), float("inf")
            self.worker.hand(lsn, lambda: None)

    def _feed_back(self, cursor: Any) -> None:
        """Tells production what is stored, and that we live."""
        if not self._may_tell(cursor):
            return
        self._told_at = monotonic()
        self._flushed = self.applier.confirmed
        cursor.send_feedback(write_lsn=self._flushed, flush_lsn=self._flushed, apply_lsn=self._flushed, force=True)

    def _may_tell(self, cursor: Any) -> bool:
        """Whether all is stored that production would be told of.

        psycopg2 tells more than we say: by itself it takes for stored all up to a sign of life of production that comes
        after what we have read. A slot that is ahead of the warehouse looks as if an older backup had been restored.
        But production must not take us for dead either.
        """
        is_stored = self.assembler.is_between and cursor.wal_end <= self.applier.confirmed
        return is_stored or monotonic() - self._told_at > FEEDBACK_SECONDS

    def _note_end(self, cursor: Any) -> None:
        """Remembers how far we have read: production, when it is shut down, asks psycopg2 for that."""
        if self.assembler.is_between and not self.assembler.has_whole and self.worker.is_alive():
            self.worker.hand(int(cursor.wal_end), lambda: None)
