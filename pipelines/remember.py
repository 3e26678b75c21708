"""The step `remember`: what readers see by the newest build is written down row by row, so that it can be asked later
what was known then.

It is read and written in one transaction that sees one state of the marts, of which the newest build says whose it is:
all of it is remembered or nothing, and what is remembered already writes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.compile import marts_of
from app.known.records import BY_CUSTOMER, RECORDS
from app.metrics import Metric, catalogue
from app.secrets import warehouse_url
from pipelines.build import only_build
from pipelines.dbt import manifest_path
from pipelines.history_tables import Remembered, end_rows, forget_rows, remember_rows, show_to
from pipelines.job import Run, StepResult
from pipelines.known_definitions import models_of, remember_definitions
from pipelines.mart_views import known_marts

SHOWN = text(
    """
    select b.run_id, l.live_id, b.as_of, b.started_at, b.ended_at,
        greatest(b.ended_at, l.ended_at) as recorded_at, coalesce(l.as_of, b.as_of) as spoken_as_of
    from (select * from portal.build_run where result = 'ok' order by started_at desc limit 1) as b
    left join lateral (
        select live_id, ended_at, as_of from portal.live_build
        where result = 'ok' and started_at > b.started_at order by started_at desc limit 1
    ) as l on true
    """
)
NEWEST = text("select max(recorded_at) from portal.known_build")
NOTE = text(
    "insert into portal.known_build (recorded_at, known_at, as_of, run_id, live_id) "
    "values (:recorded_at, :known_at, :as_of, :run_id, :live_id)"
)
MARTS = text("select dataset from portal.known_mart where recorded_to is null")
BEGUN = text(
    "insert into portal.known_mart (dataset, recorded_from) values (:dataset, :at) "
    "on conflict (dataset) do update set recorded_to = null, recorded_from = case when known_mart.recorded_to is null "
    "then known_mart.recorded_from else excluded.recorded_from end"
)
OVER = text("update portal.known_mart set recorded_to = :at where dataset = :dataset")


def remember(run: Run) -> StepResult:
    """Writes down what the marts show that metrics read, and by which definitions; nothing where that is known.

    Returns:
        How many marts and definitions, and how many rows were new and how many were over.
    """
    metrics = catalogue()
    with only_build(run.settings):
        engine = create_engine(warehouse_url(run.settings, "plumbline_builder"), poolclass=NullPool)
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as connection, connection.begin():
            shown = connection.execute(SHOWN).mappings().one_or_none()
            newest = connection.scalar(NEWEST)
            if shown is None or (newest is not None and shown["recorded_at"] <= newest):
                return StepResult({"marts": 0, "came": 0, "ended": 0, "definitions": 0})
            models = models_of(manifest_path(run.settings), metrics)
            detail = _remember(connection, dict(shown), metrics, models)
            oldest = wall() - timedelta(days=run.settings.history_days)
            detail["forgotten"] = _forget(connection, oldest)
    return StepResult(detail)


def _remember(
    connection: Connection, shown: Mapping[str, Any], metrics: Mapping[str, Metric], models: Mapping[str, str]
) -> dict[str, int]:
    at: datetime = shown["recorded_at"]
    known = known_marts(connection)
    readers = {mart: known[mart][1] for mart in _wanted(metrics) if mart in known}
    if BY_CUSTOMER in readers and connection.scalar(text("select to_regclass(:name)"), {"name": RECORDS}):
        readers[RECORDS] = readers[BY_CUSTOMER]
    found = [_remember_mart(connection, dataset, logins, at) for dataset, logins in sorted(readers.items())]
    for dataset in set(connection.scalars(MARTS)) - set(readers):
        end_rows(connection, dataset, at)
        connection.execute(OVER, {"dataset": dataset, "at": at})
    definitions = remember_definitions(connection, metrics, models, at)
    # A build of now is known from its end on; one of an instant that was asked for, or of a company whose clock stands
    # still, is known at the instant it speaks about.
    is_of_now = shown["started_at"] <= shown["as_of"] <= shown["ended_at"]
    row = {"recorded_at": at, "known_at": at if is_of_now else shown["spoken_as_of"], "as_of": shown["spoken_as_of"]}
    connection.execute(NOTE, row | {"run_id": shown["run_id"], "live_id": shown["live_id"]})
    return {"marts": len(found), "came": sum(each.came for each in found), "ended": sum(each.ended for each in found),
            "definitions": definitions}  # fmt: skip


def _wanted(metrics: Mapping[str, Metric]) -> set[str]:
    """The marts that metrics read, and the one by which their differences are split."""
    return {mart for metric in metrics.values() for mart in marts_of(metric, metrics)} | {BY_CUSTOMER}


def _remember_mart(connection: Connection, dataset: str, logins: frozenset[str], at: datetime) -> Remembered:
    found = remember_rows(connection, dataset, at)
    show_to(connection, dataset, logins)
    connection.execute(BEGUN, {"dataset": dataset, "at": at})
    return found


def _forget(connection: Connection, oldest: datetime) -> int:
    """Removes what was over by then, and the builds from before: of those that stay every row is there."""
    rows = sum(
        forget_rows(connection, dataset, oldest)
        for dataset in connection.scalars(text("select dataset from portal.known_mart")).all()
    )
    newest = connection.scalar(NEWEST)
    connection.execute(
        text("delete from portal.known_build where recorded_at < :oldest and recorded_at < :newest"),
        {"oldest": oldest, "newest": newest},
    )
    connection.execute(text("delete from portal.known_definition where recorded_to < :oldest"), {"oldest": oldest})
    return rows
