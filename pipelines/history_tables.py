"""The tables of the schema `history`: each row that a mart has shown, from when to when, and only what changed written.

A table has the mart's columns, `recorded_from` and `recorded_to` (null: still so). A column that the mart has gained
reads null in rows from before; one that it has lost is kept; one whose type cannot be brought to the new one is kept
under another name. The view `then_<role>.<mart>` shows it to whom the mart is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

COLUMNS = text(
    "select attname::text as name, format_type(atttypid, atttypmod) as kind from pg_attribute "
    "where attrelid = to_regclass(:relation) and attnum > 0 and not attisdropped order by attnum"
)
READERS = text(
    "select pg_get_userbyid(a.grantee)::text from pg_class c, aclexplode(c.relacl) as a "
    "where c.oid = to_regclass(:view) and a.privilege_type = 'SELECT' and a.grantee <> c.relowner"
)
TIMES = {"recorded_from": "timestamp with time zone", "recorded_to": "timestamp with time zone"}
# Both sides are grouped by all columns, where null equals null: a row that is there as often as before is left alone.
DIFFERENCE = """
with changed as materialized (
    select {columns}, array_agg(place) filter (where place is not null) as places,
        cast(count(*) filter (where place is null) as integer) as wanted
    from (
        select {columns}, ctid as place from {table} where recorded_to is null
        union all
        select {columns}, null from {shown}
    ) as both_sides
    group by {columns}
    having count(place) <> count(*) filter (where place is null)
),
ended as (
    update {table} as kept set recorded_to = :at
    from (select unnest(places[wanted + 1:]) as place from changed) as gone
    where kept.ctid = gone.place returning 1
),
came as (
    insert into {table} ({columns}, recorded_from)
    select {columns}, cast(:at as timestamptz)
    from changed cross join generate_series(1, wanted - coalesce(cardinality(places), 0))
    returning 1
)
select (select count(*) from came) as came, (select count(*) from ended) as ended
"""


@dataclass(frozen=True)
class Remembered:
    """How many rows were new and how many were over; a row that changed is one of each."""

    came: int
    ended: int


def table_of(dataset: str) -> str:
    """The table of a mart, such as history.finance__mrr_monthly of mart_finance.mrr_monthly."""
    return f'history."{dataset.removeprefix("mart_").replace(".", "__")}"'


def view_of(dataset: str) -> str:
    """The view of a mart's history, such as then_finance.mrr_monthly of mart_finance.mrr_monthly."""
    schema, _, name = dataset.partition(".")
    return f'then_{schema.removeprefix("mart_")}."{name}"'


def remember_rows(connection: Connection, dataset: str, at: datetime) -> Remembered:
    """Writes what a mart shows now and did not show before, and ends what it does not show any more.

    Args:
        connection: as the builder, in the transaction of everything that is remembered at once.
        dataset: schema.name of a mart or another view that is there.
        at: since when readers see it.
    """
    shown = _columns(connection, dataset)
    _follow(connection, dataset, shown)
    columns = ", ".join(_quoted(name) for name in shown)
    if dataset.startswith("core."):  # may be spread over nodes: Citus changes no rows of its coordinator beside those
        connection.exec_driver_sql(f"create temporary table shown on commit drop as select {columns} from {dataset}")
    read = "pg_temp.shown" if dataset.startswith("core.") else dataset
    statement = DIFFERENCE.format(columns=columns, table=table_of(dataset), shown=read)
    found = connection.execute(text(statement), {"at": at}).one()
    if read != dataset:
        connection.exec_driver_sql("drop table pg_temp.shown")
    if found.came or found.ended:
        connection.exec_driver_sql(f"analyze {table_of(dataset)}")
    return Remembered(found.came, found.ended)


def end_rows(connection: Connection, dataset: str, at: datetime) -> None:
    """Ends all rows of a mart that is not there any more, or that no metric reads."""
    connection.execute(text(f"update {table_of(dataset)} set recorded_to = :at where recorded_to is null"), {"at": at})


def forget_rows(connection: Connection, dataset: str, before: datetime) -> int:
    """Removes the rows that were over before an instant; how many there were."""
    over = text(f"delete from {table_of(dataset)} where recorded_to < :before")
    return connection.execute(over, {"before": before}).rowcount


def show_to(connection: Connection, dataset: str, logins: frozenset[str]) -> None:
    """Lets exactly these logins read a mart's history."""
    view = view_of(dataset)
    known = frozenset(connection.scalars(READERS, {"view": view}))
    for login in sorted(known - logins):
        connection.exec_driver_sql(f'revoke select on {view} from "{login}"')
    for login in sorted(logins - known):
        connection.exec_driver_sql(f'grant usage on schema {view.partition(".")[0]} to "{login}"')
        connection.exec_driver_sql(f'grant select on {view} to "{login}"')


def _follow(connection: Connection, dataset: str, shown: Mapping[str, str]) -> None:
    """Makes the table, or gives it the columns that the mart has by now; and its view anew where that changed it."""
    table, view = table_of(dataset), view_of(dataset)
    kept = _columns(connection, table)
    if not kept:
        times = ", ".join(f"{name} {kind}" for name, kind in TIMES.items())
        connection.exec_driver_sql(f"create table {table} ({times}, check (recorded_from < recorded_to))")
        connection.exec_driver_sql(f"alter table {table} alter column recorded_from set not null")
        for name in TIMES:
            connection.exec_driver_sql(f"create index on {table} ({name})")
    changed = [name for name, kind in shown.items() if kept.get(name) != kind]
    if kept and not changed and _columns(connection, view):
        return
    connection.exec_driver_sql(f"drop view if exists {view}")
    for name in changed:
        _give(connection, table, name, shown[name], kept)
    connection.exec_driver_sql(f"create view {view} as select * from {table}")


def _give(connection: Connection, table: str, name: str, kind: str, kept: Mapping[str, str]) -> None:
    """Gives the table one column of that type."""
    column = _quoted(name)
    if name in kept:
        try:
            with connection.begin_nested():
                connection.exec_driver_sql(
                    f"alter table {table} alter column {column} type {kind} using cast({column} as {kind})"
                )
            return
        except DBAPIError:  # what the column held is no value of the new type: it stays, under a name of its own
            number = sum(1 for each in kept if each.startswith(f"{name}__before_")) + 1
            before = _quoted(f"{name}__before_{number}")
            connection.exec_driver_sql(f"alter table {table} rename column {column} to {before}")
    connection.exec_driver_sql(f"alter table {table} add column {column} {kind}")


def _columns(connection: Connection, relation: str) -> dict[str, str]:
    """Column → type, in order; none where there is no such relation."""
    return {row.name: row.kind for row in connection.execute(COLUMNS, {"relation": relation})}


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
