"""How fast production is copied and followed, beside server-side COPY of the same rows in the same run; for a bench.

The rows are wide (26 columns of five types). What they are compared with is the warehouse's own COPY, from memory, into
a table of the same columns: without a key for the copy as such, and with one, since the raw table ends with one. Of
increments the middle one of three rounds counts, each beside a COPY right before and right after it.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Mapping
from contextlib import closing
from time import monotonic, process_time
from typing import Any

import psycopg2
from sqlalchemy.engine import URL

from app.settings import Settings
from pipelines.capture.captured import COPY_SCHEMA, RAW_SCHEMA
from pipelines.capture.credentials import Credentials
from pipelines.capture.drift import Drift
from pipelines.capture.session import Session, open_warehouse
from pipelines.capture.spent import Spent

ROUNDS = 3
FOLLOWING = ("waiting", "reading", "decoding", "handing", "staging", "merging", "committing")
TABLE = "plumbline_throughput"
GROUPS = 5
COLUMNS = ", ".join(
    f"t{n} text, n{n} bigint, a{n} numeric, z{n} timestamptz, b{n} boolean" for n in range(GROUPS)
)
VALUES = ", ".join(
    f"'text number ' || g || ' of {n}', g * {n + 1}, g * 1.25, timestamptz '2026-01-01' + g * interval '1 s', g % 2 = 0"
    for n in range(GROUPS)
)


def measure(settings: Settings, given: Credentials, owner: URL, rows: int, changes: int) -> Mapping[str, float]:
    """Rows per second and ratios, by name; leaves nothing behind in production's table, publication or raw schema.

    Args:
        settings: of a home whose warehouse is prepared; nobody reads production meanwhile.
        given: how production is reached for reading.
        owner: production's owner, who makes the table and adds it to the publication.
        rows: of the initial copy; at least as many as changes.
        changes: of each kind of increment, in one transaction.

    Raises:
        SourceDown: production cannot be captured.
    """
    with closing(psycopg2.connect(owner.set(drivername="postgresql").render_as_string(hide_password=False))) as source:
        source.autocommit = True
        with source.cursor() as cursor, closing(open_warehouse(settings)) as warehouse:
            warehouse.autocommit = True
            try:
                _make(cursor, given, rows)
                return _measure(settings, given, cursor, warehouse, rows, changes)
            finally:
                cursor.execute(f"drop table if exists {TABLE}")
                _drain(settings, given)
                with warehouse.cursor() as ours:
                    ours.execute(f"drop table if exists {RAW_SCHEMA}.{TABLE}, {COPY_SCHEMA}.{TABLE}_copied")


def _make(cursor: Any, given: Credentials, rows: int) -> None:
    cursor.execute(f"drop table if exists {TABLE}")
    cursor.execute(f"create table {TABLE} (id bigint primary key, {COLUMNS})")
    cursor.execute(f"insert into {TABLE} select g, {VALUES} from generate_series(1, {rows}) g")
    cursor.execute(f"vacuum analyze {TABLE}")
    cursor.execute(f"grant select on {TABLE} to {given.url.username}")


def _measure(
    settings: Settings, given: Credentials, cursor: Any, warehouse: Any, rows: int, changes: int
) -> Mapping[str, float]:
    """The measurement: each figure beside a COPY right before or after it, since machines have moods."""
    _drain(settings, given)  # so that nothing but the table is left to be read
    cursor.execute(f"alter publication {given.publication} add table {TABLE}")
    before = _copied(cursor, warehouse, rows, has_key=False)
    seconds, cpu, spent = _timed(settings, given)
    keyed = _copied(cursor, warehouse, rows, has_key=True)
    found = {
        "copy_rows_per_second": rows / before, "copy_with_key_rows_per_second": rows / keyed,
        "initial_rows_per_second": rows / seconds, "initial_ratio": before / seconds,
        "initial_ratio_with_key": keyed / seconds, "initial_seconds": seconds, "initial_own_cpu_seconds": cpu,
        **{f"initial_{activity}_seconds": spent.seconds.get(activity, 0.0) for activity in ("copying", "indexing")},
    }  # fmt: skip
    for name in ("inserts", "updates"):
        rounds = []
        for turn in range(ROUNDS):
            cursor.execute(_statement(name, rows, changes, turn))
            rounds.append(_beside_copy(settings, given, cursor, warehouse, changes))
        middle = sorted(rounds, key=lambda one: one["ratio"])[ROUNDS // 2]
        found |= {f"{name}_{figure}": value for figure, value in middle.items()}
    return found


def _statement(name: str, rows: int, changes: int, turn: int) -> str:
    """One transaction with so many changes: new rows, or all of the first rows changed."""
    if name == "updates":
        return f"update {TABLE} set n1 = n1 + 1, t2 = 'changed {turn}' where id <= {changes}"
    first = rows + turn * changes + 1
    return f"insert into {TABLE} select g, {VALUES} from generate_series({first}, {first + changes - 1}) g"


def _beside_copy(
    settings: Settings, given: Credentials, cursor: Any, warehouse: Any, changes: int
) -> Mapping[str, float]:
    """How long the increment takes, and where its time goes."""
    before = _copied(cursor, warehouse, changes, has_key=False)
    seconds, cpu, spent = _timed(settings, given)
    beside = (before + _copied(cursor, warehouse, changes, has_key=False)) / 2
    return {
        "rows_per_second": changes / seconds, "ratio": beside / seconds, "seconds": seconds, "own_cpu_seconds": cpu,
        **{f"{activity}_seconds": spent.seconds.get(activity, 0.0) for activity in FOLLOWING},
    }  # fmt: skip


def _drain(settings: Settings, given: Credentials, spent: Spent | None = None) -> None:
    Session(settings, given, threading.Event(), _pass_over, spent=spent).run(once=True)


def _pass_over(drift: Drift) -> None:
    """The table of this measurement comes and goes; nobody need be told."""


def _timed(settings: Settings, given: Credentials) -> tuple[float, float, Spent]:
    """Reads what there is: seconds by the clock, of this process's own CPU, and what they were spent on."""
    spent, began, used = Spent(), monotonic(), process_time()
    _drain(settings, given, spent)
    return monotonic() - began, process_time() - used, spent


def _copied(cursor: Any, warehouse: Any, rows: int, *, has_key: bool) -> float:
    """Seconds that the warehouse's COPY takes for so many of the rows, which are in memory before it begins."""
    memory = io.BytesIO()
    cursor.copy_expert(f"copy (select * from {TABLE} where id <= {rows}) to stdout", memory)
    memory.seek(0)
    name = f"{COPY_SCHEMA}.{TABLE}_copied"
    with warehouse.cursor() as ours:
        ours.execute(f"drop table if exists {name}")
        ours.execute(f"create table {name} (id bigint, {COLUMNS.replace('timestamptz', 'timestamp')})")
        if has_key:
            ours.execute(f"alter table {name} add primary key (id)")
        began = monotonic()
        ours.copy_expert(f"copy {name} from stdin", memory, size=2**20)
        seconds = monotonic() - began
        ours.execute(f"drop table {name}")
    return seconds
