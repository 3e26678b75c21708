"""The last act of a build: what was worked out beside becomes what readers see, all of it in one transaction.

dbt works the rollups out in the schema rollup_next, and the invariants of models/tests/ are held against those. Here
the rows of every live rollup are exchanged, marts whose definition changed are made anew, and the build says that it
held; whoever reads meanwhile sees the build before, and so does everybody if anything fails. Rows are exchanged in
place, so that nobody waits; only when a mart or the columns of a rollup changed (after an upgrade) do readers stand
aside for the moment in which views are replaced.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from app.errors import FellShort
from pipelines.definitions.schemas import drop_rehearsals
from pipelines.mart_views import Mart, grant_marts, known_marts, replace_marts, shapes_of, stepped_aside

UNDER_WAY = "whole_build"
"""A table in rollup_next while a whole build is under way, or has left core as it was when it ended before its time."""


@dataclass(frozen=True)
class Slice:
    """The rollups of which only some customers' rows were worked out, and who those are."""

    rollups: frozenset[str] = frozenset()
    customers: frozenset[str] = frozenset()

    def made(self, rollup: str) -> str:
        """The table in rollup_next that holds what was worked out; with a slice, the rollup itself is a view there."""
        return f"{rollup}__slice" if rollup in self.rollups else rollup


def begin(url: URL) -> None:
    """Clears away what a build before has left in rollup_next, and a rehearsal beside the live models; and says that a
    whole build is under way.
    """
    with create_engine(url, poolclass=NullPool).begin() as connection:
        _clear(connection)
        drop_rehearsals(connection)
        connection.exec_driver_sql(f"create table rollup_next.{UNDER_WAY} ()")


def begin_part(url: URL) -> bool:
    """Clears away what a part before has left in rollup_next.

    Returns:
        Whether a part may be built: not on what a whole build that never ended has left in core.
    """
    with create_engine(url, poolclass=NullPool).begin() as connection:
        is_core_whole = UNDER_WAY not in _names(connection, "rollup_next")
        if is_core_whole:
            _clear(connection)
        return is_core_whole


def exchange(url: URL, rollups: Sequence[str], marts: Sequence[Mart], note: Callable[[Connection], None]) -> None:
    """Makes a build live: rollups, marts, rights on them, and the note that it held; or nothing of all that.

    Args:
        url: the warehouse, as the login that owns what was built.
        rollups: names of the tables in rollup_next.
        marts: all of them, those first that others read.
        note: writes down, on the same connection, that the build held.

    Raises:
        FellShort: a mart cannot be made from the new rollups, or readers did not stand aside.
    """
    with create_engine(url, poolclass=NullPool).begin() as connection:
        changed = _changed(connection, rollups, Slice())
        for name in rollups:
            if name in changed:
                _make_beside(connection, name)
            else:
                _exchange_rows(connection, name)
        before = stepped_aside(connection)
        known = known_marts(connection)
        if changed or before or any(known.get(mart.dataset, ("",))[0] != mart.comment for mart in marts):
            replace_marts(connection, changed, marts, before)
        grant_marts(connection, marts)
        _clear(connection)
        note(connection)


def exchange_part(url: URL, rollups: Sequence[str], part: Slice, note: Callable[[Connection], None]) -> None:
    """Exchanges the rows of some rollups, and writes the note; or nothing of that. Marts stay as they are.

    Args:
        url: the warehouse, as the login that owns what was built.
        rollups: names of the tables in rollup_next.
        part: those of them that are slices.
        note: writes down, on the same connection, that it held.

    Raises:
        FellShort: a rollup has other columns than the live one; only a whole build makes its marts anew.
    """
    with create_engine(url, poolclass=NullPool).begin() as connection:
        changed = _changed(connection, rollups, part)
        if changed:
            raise FellShort(
                f"The columns of {', '.join(changed)} are not those that readers see. Expected the models of the last "
                "whole build. Run `plumbline run build`."
            )
        for name in rollups:
            if name in part.rollups:
                _exchange_slice(connection, name, part)
            else:
                _exchange_rows(connection, name)
        _clear(connection)
        note(connection)


def _exchange_slice(connection: Connection, name: str, part: Slice) -> None:
    """The rows of the customers worked out, in place of those that they had."""
    connection.execute(
        text(f'delete from rollup."{name}" where customer_id = any(:customers)'), {"customers": sorted(part.customers)}
    )
    connection.exec_driver_sql(f'insert into rollup."{name}" select * from rollup_next."{part.made(name)}"')


def _exchange_rows(connection: Connection, name: str) -> None:
    """In place, so that nobody waits."""
    connection.exec_driver_sql(f'delete from rollup."{name}"')
    connection.exec_driver_sql(f'insert into rollup."{name}" select * from rollup_next."{name}"')
    _analyze(connection, f'rollup."{name}"')


def _analyze(connection: Connection, table: str) -> None:
    """Counts it for the planner by as few rows as the macro analyze_table does."""
    connection.exec_driver_sql("set local default_statistics_target = 20")
    connection.exec_driver_sql(f"analyze {table}")


def _clear(connection: Connection) -> None:
    for name in _names(connection, "rollup_next"):
        connection.exec_driver_sql(f'drop table rollup_next."{name}" cascade')


def _changed(connection: Connection, rollups: Sequence[str], part: Slice) -> list[str]:
    """Those that have other columns than the live ones, or are new."""
    shapes = shapes_of(connection)
    return [name for name in rollups if shapes.get(f"rollup.{name}") != shapes[f"rollup_next.{part.made(name)}"]]


def _make_beside(connection: Connection, name: str) -> None:
    """A new table next to the live one, with rows and indexes; the default privileges of its schema hold for it."""
    connection.exec_driver_sql(f'create table rollup."{name}__new" (like rollup_next."{name}" including all)')
    connection.exec_driver_sql(f'insert into rollup."{name}__new" select * from rollup_next."{name}"')
    _analyze(connection, f'rollup."{name}__new"')


def _names(connection: Connection, schema: str) -> Sequence[str]:
    return list(connection.scalars(text("select tablename from pg_tables where schemaname = :schema"),
                                   {"schema": schema}))  # fmt: skip
