"""Marts as views: made anew where their definition changed or their rollups have other columns, in one go, while
nobody reads them; and readable to whom their .yml names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import md5
from itertools import chain, repeat
from random import uniform
from time import monotonic, sleep
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.errors import FellShort
from pipelines.rights import WORKER

PATIENCE_SECONDS = 60.0
"""So long it is tried to replace views between readers' statements."""
TAKEN = {"55P03", "40P01"}
"""The codes of a lock that was not to be had in time, and of a deadlock."""


@dataclass(frozen=True)
class Mart:
    """A mart as dbt compiled it; `readers` are the logins that its .yml names."""

    dataset: str
    sql: str
    description: str
    readers: frozenset[str]

    @property
    def comment(self) -> str:
        """What the view says of itself; another definition is another comment."""
        made_from = md5(self.sql.encode(), usedforsecurity=False).hexdigest()
        return f"{' '.join(self.description.split())} ({made_from})"


def stepped_aside(connection: Connection) -> Sequence[str]:
    """The views that the macro live_view moved aside, quoted."""
    query = (
        "select format('%I.%I', n.nspname, c.relname) from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname in ('staging', 'core') and c.relkind = 'v' and c.relname like :aside"
    )
    return list(connection.scalars(text(query), {"aside": r"%\_\_before"}))


def known_marts(connection: Connection) -> Mapping[str, tuple[str, frozenset[str]]]:
    """Of each mart its comment and the logins that may select it, but its owner."""
    query = """
        select n.nspname || '.' || c.relname, coalesce(obj_description(c.oid, 'pg_class'), ''),
            array(select pg_get_userbyid(a.grantee)::text from aclexplode(c.relacl) as a
                  where a.privilege_type = 'SELECT' and a.grantee <> c.relowner)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where c.relkind = 'v' and left(n.nspname, 5) = 'mart_'
    """
    return {name: (comment, frozenset(logins)) for name, comment, logins in connection.exec_driver_sql(query)}


def replace_marts(connection: Connection, changed: Sequence[str], marts: Sequence[Mart], before: Sequence[str]) -> None:
    """Puts tables of new columns in place and makes every mart anew.

    A reader may hold one view and want another that we hold already. So all are taken in one go, and while we hold
    any we wait less than the second after which Postgres breaks such a knot, at the reader's expense: we let all go
    and try again.

    Raises:
        FellShort: a mart cannot be made, or readers never stood aside.
    """
    until = monotonic() + PATIENCE_SECONDS
    for patience in chain((0.1, 0.2, 0.4), repeat(0.8)):
        try:
            with connection.begin_nested():
                _take(connection, changed, marts, before, patience)
                for name in changed:
                    _put_in_place(connection, name)
                for mart in marts:
                    _make(connection, mart)
                for view in before:
                    connection.exec_driver_sql(f"drop view {view} cascade")
            return
        except DBAPIError as error:
            if _code(error) not in TAKEN:
                raise
            if monotonic() > until:
                raise FellShort(
                    f"The marts could not be replaced: for {PATIENCE_SECONDS:.0f} s somebody was always reading them. "
                    "Run the build again when there is less to do."
                ) from None
        sleep(uniform(0.01, 0.1))


def _take(
    connection: Connection, changed: Sequence[str], marts: Sequence[Mart], before: Sequence[str], seconds: float
) -> None:
    """Locks what will be replaced, in one statement. To name a view's owner again locks it and nothing under it."""
    known, tables = known_marts(connection), shapes_of(connection)
    views = [*before, *(mart.dataset for mart in marts if mart.dataset in known)]
    taken = [f"alter view {view} owner to current_user;" for view in views]
    taken += [
        f'lock table rollup."{name}" in access exclusive mode;'
        for name in changed
        if tables.get(f"rollup.{name}", ("v",))[0] != "v"
    ]
    connection.exec_driver_sql(f"set local lock_timeout = {seconds * 1000:.0f}")
    connection.exec_driver_sql(f"do $take$ begin {' '.join(taken)} end $take$")
    connection.exec_driver_sql("set local lock_timeout to default")


def _put_in_place(connection: Connection, name: str) -> None:
    kind = connection.scalar(text("select relkind from pg_class where oid = to_regclass(:name)"),
                             {"name": f'rollup."{name}"'})  # fmt: skip
    if kind:
        connection.exec_driver_sql(f'drop {"view" if kind == "v" else "table"} rollup."{name}" cascade')
    connection.exec_driver_sql(f'alter table rollup."{name}__new" rename to "{name}"')


def _make(connection: Connection, mart: Mart) -> None:
    """The mart's view, in place where its columns allow it, so that what others built on it stays."""
    create = f"view {mart.dataset} as {mart.sql}"
    block = (
        f"do $mart$ begin create or replace {create}; exception when invalid_table_definition then "
        f"drop view {mart.dataset} cascade; create {create}; end $mart$"
    )
    try:
        connection.exec_driver_sql(block)
    except DBAPIError as error:
        if _code(error) in TAKEN:
            raise
        said = " ".join(str(error.orig).split())
        raise FellShort(f"The mart {mart.dataset} could not be made from the new rollups: {said}") from None
    connection.exec_driver_sql(f"comment on view {mart.dataset} is %s", (mart.comment,))


def grant_marts(connection: Connection, marts: Sequence[Mart]) -> None:
    """Lets exactly the logins read each mart that its .yml names, as far as they exist, and the worker."""
    logins = frozenset(connection.scalars(text("select rolname from pg_roles")))
    known = known_marts(connection)
    for mart in marts:
        wanted = (mart.readers | {WORKER}) & logins
        found = known[mart.dataset][1]
        for login in sorted(found - wanted):
            connection.exec_driver_sql(f'revoke select on {mart.dataset} from "{login}"')
        for login in sorted(wanted - found):
            connection.exec_driver_sql(f'grant usage on schema {mart.dataset.partition(".")[0]} to "{login}"')
            connection.exec_driver_sql(f'grant select on {mart.dataset} to "{login}"')


def shapes_of(connection: Connection) -> Mapping[str, tuple[str, ...]]:
    """Of each table in rollup and rollup_next its kind and its columns with their types, in order."""
    query = """
        select n.nspname || '.' || c.relname, c.relkind::text
            || array_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod) order by a.attnum)
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where n.nspname in ('rollup', 'rollup_next') and c.relkind in ('r', 'p', 'v') group by c.oid, 1, c.relkind
    """
    return {name: tuple(columns) for name, columns in connection.exec_driver_sql(query)}


def _code(error: DBAPIError) -> Any:
    return getattr(error.orig, "pgcode", None)
