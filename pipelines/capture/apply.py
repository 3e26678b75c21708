"""Applies chunks of changes to the raw tables; what was applied and how far it goes are one transaction.

Rows go by COPY into a temporary table and from there, in one statement each, into the raw table. A row that was deleted
in production stays and is marked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from io import BytesIO

from psycopg2 import sql
from psycopg2.extensions import connection

from app.clock import wall
from pipelines.capture import memory
from pipelines.capture.captured import RAW_SCHEMA, Captured
from pipelines.capture.changes import Chunk, State, TableChanges
from pipelines.capture.drift import Drift, Tell
from pipelines.capture.messages import NULL, SEPARATOR, UNCHANGED, Relation, TypeName, packed, values_of
from pipelines.capture.raw_table import fit, identifier, names, same_key
from pipelines.capture.spent import Spent
from pipelines.capture.stage import MARKS, Stage, make_stage

END = b"\x00\n"
Values = Sequence[object]
Refetch = Callable[[Captured, Sequence[str], Sequence[Values]], Iterable[tuple[Values, Values]]]
HasValues = Callable[[Captured, Sequence[str]], bool]


class Applier:
    """Applies chunks in their order.

    Args:
        warehouse: a connection of the loader's login, in no transaction.
        refetch: reads columns of rows from production by key, for large values that neither the log nor the raw
            table has.
        has_values: whether production's table holds anything in columns that are new to us, so that existing rows
            must be read again.
        tell: is told of drift, once it is committed.
        spent: is told where the time goes.

    Attributes:
        tables: the captured tables, as fitted so far.
        confirmed: up to where everything is committed.
        must_copy: whether a table has to be copied again, which is committed.
    """

    def __init__(
        self, warehouse: connection, refetch: Refetch, has_values: HasValues, tell: Tell, spent: Spent | None = None
    ) -> None:
        self.warehouse = warehouse
        self.spent = spent or Spent()
        self.refetch = refetch
        self.has_values = has_values
        self.tell = tell
        self.tables = memory.tables(warehouse)
        warehouse.commit()
        self.confirmed = 0
        self.must_copy = False
        self._wants_copy = False
        self._drifts: list[Drift] = []
        self._counted: dict[str, tuple[int, datetime | None, int]] = {}
        self._stages: dict[int, Stage] = {}

    def apply(self, chunk: Chunk) -> None:
        """Applies a chunk; one that ends with a transaction is committed with its position."""
        for relation in chunk.relations:
            self._fit(relation, chunk.types)
        for oid, changes in chunk.tables.items():
            self._apply_table(self.tables[oid], changes)
            self._count(changes)
        if chunk.is_whole and chunk.lsn:
            self._commit(chunk.lsn)

    def begin(self, lsn: int) -> None:
        """Everything up to this position was stored before; copies that are consistent by then are shown."""
        self.confirmed = lsn
        if self._publish(lsn):
            memory.announce(self.warehouse)
        self.warehouse.commit()

    def note(self, lsn: int) -> None:
        """Nothing of ours happened up to this position."""
        if lsn >= self.confirmed:
            self._commit(lsn)

    def _commit(self, lsn: int) -> None:
        memory.confirm(self.warehouse, lsn)
        for stream, (rows, event_at, at) in self._counted.items():
            memory.changed(self.warehouse, stream, rows, event_at=event_at, lsn=at)
        is_news = self._publish(lsn) or bool(self._counted)
        if is_news:
            memory.announce(self.warehouse)
        with self.spent.on("committing"):
            self.warehouse.commit()
        self.confirmed = lsn
        self.must_copy = self.must_copy or self._wants_copy
        self._counted.clear()
        for drift in self._drifts:
            self.tell(drift)
        self._drifts.clear()

    def _count(self, changes: TableChanges) -> None:
        stream = self.tables[changes.relation.oid].raw_name
        rows = self._counted.get(stream, (0, None, 0))[0]
        self._counted[stream] = (rows + changes.count, changes.last_at, changes.last_lsn)

    def _fit(self, relation: Relation, types: Mapping[int, TypeName]) -> None:
        table = self.tables[relation.oid]
        with self.warehouse.cursor() as cursor:
            fitted = fit(cursor, table, relation, types)
        found = fitted.table
        if fitted.filled and table.state == "live" and self.has_values(found, fitted.filled):
            found = found.anew(table.generation + 1, is_in_place=True)
            self._wants_copy = True
        if found != table:
            self.tables[relation.oid] = found
            self._stages.pop(relation.oid, None)
            memory.keep(self.warehouse, found)
        if table.state == "live":
            self._drifts += fitted.drifts

    def _publish(self, lsn: int) -> bool:
        """Shows the copies that are consistent now, all in one go; whether there were any."""
        waiting = [table for table in self.tables.values() if table.state != "live"]
        if not waiting or any(table.state == "copying" or table.until > lsn for table in waiting):
            return False
        for table in waiting:
            self._show(table)
            live = self.tables[table.relation] = replace(table, state="live", is_in_place=False, until=0)
            memory.keep(self.warehouse, live)
        self._stages.clear()
        return True

    def _show(self, table: Captured) -> None:
        """What was copied out of sight is moved; in a table that was seen all along, what the copy misses is marked."""
        with self.warehouse.cursor() as cursor:
            if not table.is_in_place:
                statement = sql.SQL("alter table {} set schema {}")
                cursor.execute(statement.format(identifier(table), sql.Identifier(RAW_SCHEMA)))
                return
            statement = sql.SQL(
                "update {} set _sdc_deleted_at = %s where _sdc_deleted_at is null "
                "and _sdc_table_version is distinct from %s"
            )
            cursor.execute(statement.format(identifier(table)), (_utc(wall()), table.generation))

    def _apply_table(self, table: Captured, changes: TableChanges) -> None:
        stage = self._stage(table, changes)
        states = changes.states.items()
        whole = [state for _, state in states if state.row is not None and state.base is None]
        kept = [state for _, state in states if state.base is not None]
        gone = [state._replace(row=packed(key)) for key, state in states if state.row is None]
        now = _utc(wall())
        with self.warehouse.cursor() as cursor:
            if changes.truncated_at is not None:
                cursor.execute(stage.truncate, (_utc(changes.truncated_at), now))
            if whole:
                self._copy(stage.incoming, (*stage.raw, *MARKS), [_line(state) for state in whole])
            if kept:
                self._complete(table, changes, stage, kept)
            if gone:
                self._copy(stage.gone, (*table.raw_key, *MARKS), [_line(state) for state in gone])
                with self.spent.on("merging"):
                    cursor.execute(stage.mark, (now,))
                    cursor.execute(sql.SQL("truncate {}").format(sql.Identifier(stage.gone)))
            if whole or kept:
                with self.spent.on("merging"):
                    cursor.execute(stage.upsert, (now, table.generation))
                    cursor.execute(sql.SQL("truncate {}").format(sql.Identifier(stage.incoming)))

    def _stage(self, table: Captured, changes: TableChanges) -> Stage:
        by_name = {column.name: column.raw for column in table.columns}
        raw = tuple(by_name[column.name] for column in changes.relation.columns)
        stage = self._stages.get(table.relation)
        if stage is None or stage.raw != raw:
            with self.warehouse.cursor() as cursor:
                stage = self._stages[table.relation] = make_stage(cursor, table, raw)
        return stage

    def _copy(self, target: str, columns: Sequence[str], lines: Sequence[bytes]) -> None:
        with self.spent.on("staging"), self.warehouse.cursor() as cursor:
            statement = sql.SQL("copy {} ({}) from stdin").format(sql.Identifier(target), names(columns))
            cursor.copy_expert(statement, BytesIO(escaped(lines)), size=2**23)

    def _complete(self, table: Captured, changes: TableChanges, stage: Stage, kept: Sequence[State]) -> None:
        """Stages rows with large values that the log does not repeat, and takes those from the raw table."""
        base = tuple(f"_base_{place}" for place in range(len(table.raw_key)))
        groups: dict[tuple[int, ...], list[State]] = {}
        for state in kept:
            missing = tuple(place for place, value in enumerate(values_of(state.row or b"")) if value == UNCHANGED)
            groups.setdefault(missing, []).append(state)
        for number, (missing, states) in enumerate(groups.items(), 1):
            lines = [_line(state, (*(state.base or ()), b"%d" % number)) for state in states]
            self._copy(stage.incoming, (*stage.raw, *MARKS, *base, "_kept"), lines)
            sets = [sql.SQL("{0} = r.{0}").format(sql.Identifier(stage.raw[place])) for place in missing]
            take = sql.SQL("update {} i set {}, _kept = 0 from {} r where i._kept = %s and {}").format(
                sql.Identifier(stage.incoming), sql.SQL(", ").join(sets), identifier(table),
                same_key(table, "r", "i", base),
            )  # fmt: skip
            with self.warehouse.cursor() as cursor:
                cursor.execute(take, (number,))
                if cursor.rowcount < len(states):
                    self._fetch(table, changes, stage, missing, number)

    def _fetch(
        self, table: Captured, changes: TableChanges, stage: Stage, missing: Sequence[int], number: int
    ) -> None:
        """Large values of rows that the copy has missed, from production itself.

        What production has no longer is deleted later in the log.
        """
        wanted = [changes.relation.columns[place].name for place in missing]
        key = names(table.raw_key)
        sets = [sql.SQL("{} = %s").format(sql.Identifier(stage.raw[place])) for place in missing]
        same = [sql.SQL("{} = %s").format(sql.Identifier(name)) for name in table.raw_key]
        put = sql.SQL("update {} set {} where _kept = %s and {}").format(
            sql.Identifier(stage.incoming), sql.SQL(", ").join(sets), sql.SQL(" and ").join(same)
        )
        with self.warehouse.cursor() as cursor:
            listed = sql.SQL("select {} from {} where _kept = %s").format(key, sql.Identifier(stage.incoming))
            cursor.execute(listed, (number,))
            for found, values in self.refetch(table, wanted, cursor.fetchall()):
                cursor.execute(put, (*values, number, *found))


def escaped(lines: Sequence[bytes]) -> bytes:
    """Rows as COPY's text format has them. Values hold no zero byte, so every mark of ours can be told from them.

    Where no value holds anything that has to be escaped, as mostly, the marks only lose their zero bytes.
    """
    whole = (END.join(lines) + END).replace(UNCHANGED, NULL)
    is_plain = b"\\" not in whole and b"\r" not in whole
    if is_plain and whole.count(b"\t") == whole.count(SEPARATOR) and whole.count(b"\n") == len(lines):
        return whole.replace(NULL, b"\\N").translate(None, b"\x00")
    for plain, written in _ESCAPES:
        whole = whole.replace(plain, written)
    return whole


def _line(state: State, more: Sequence[bytes] = ()) -> bytes:
    deleted = NULL if state.deleted_at is None else _utc(state.deleted_at).isoformat(" ").encode()
    return SEPARATOR.join([state.row or b"", deleted, b"%d" % state.lsn, *more])


def _utc(moment: datetime) -> datetime:
    """An instant as raw tables have it: in UTC, without saying so."""
    return moment.replace(tzinfo=None)


_ESCAPES = (
    (SEPARATOR, b"\x00S"), (END, b"\x00E"),
    (b"\\", b"\\\\"), (b"\n", b"\\n"), (b"\r", b"\\r"), (b"\t", b"\\t"),
    (b"\x00S", b"\t"), (b"\x00E", b"\n"), (NULL, b"\\N"),
)  # fmt: skip
