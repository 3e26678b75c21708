"""What has been run, read from the portal's tables: jobs, loads, builds, checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.errors import WarehouseDown
from app.secrets import warehouse_url
from app.settings import Settings
from app.status import first_reason
from pipelines.job import JOB_LOCK
from pipelines.load_record import LOAD_LOCK

Row = Mapping[str, object]


def _held(*locks: int) -> str:
    """SQL: whether somebody holds one of these advisory locks."""
    numbers = ", ".join(map(str, locks))
    return f"""exists (
        select 1 from pg_locks
        where locktype = 'advisory' and granted and (classid::bigint << 32) + objid::bigint in ({numbers})
    )"""


A_JOB_RUNS = _held(JOB_LOCK)
"""Whether some job runs: without, whatever still says 'running' was killed, and nobody has noted it yet."""
A_LOAD_RUNS = _held(JOB_LOCK, LOAD_LOCK)
"""The same of loads, which people may also begin by hand."""
LAST_JOBS = f"""
select job, started_at, ended_at, as_of,
       case when was_killed then 'failed' else result end as result,
       case when was_killed then 'The run was killed before it ended.' else error end as error
from (select *, row_number() over (partition by job order by started_at desc) as age,
             result = 'running' and not {A_JOB_RUNS} as was_killed
      from portal.job_run where step = '') as runs
where age = 1 order by started_at desc
"""
RUNNING_STEP = f"""
select run_id, job, step, started_at from portal.job_run
where result = 'running' and step <> '' and {A_JOB_RUNS}
order by started_at desc limit 1
"""
SOURCES = f"""
with runs as (
    select source, run_id, started_at, ended_at,
           case when was_killed then 'failed' else result end as result,
           case when was_killed then 'The load was killed before it ended.' else error end as error,
           row_number() over (partition by source order by started_at desc) as age
    from (select *, result = 'running' and not {A_LOAD_RUNS} as was_killed
          from portal.load_run where stream = '') as loads
),
good as (
    select source, max(ended_at) as last_success from portal.load_run
    where stream = '' and result = 'ok' group by source
),
counted as (select run_id, source, sum(row_count) as row_count from portal.load_run where stream <> '' group by 1, 2)
select runs.source, runs.result, runs.started_at, good.last_success, runs.error,
       coalesce(counted.row_count, 0)::bigint as row_count, pauses.paused_by
from runs left join good using (source) left join counted using (run_id, source)
left join portal.source_pause as pauses using (source)
where age = 1 order by runs.source
"""
LAST_BUILD = """
select run_id, result, started_at, ended_at, as_of, models_count, error from portal.build_run
order by started_at desc limit 1
"""
LAST_GOOD_BUILD = """
select run_id, result, started_at, ended_at, as_of, models_count, error from portal.build_run
where result = 'ok' order by started_at desc limit 1
"""
LIVE_FAILED = """
select array_to_string(sources, ', ') as sources, started_at, ended_at, error from portal.live_build as failed
where result = 'failed'
    and started_at > coalesce((select max(started_at) from portal.build_run where result = 'ok'), '-infinity')
    and not exists (
        select 1 from portal.live_build as later
        where later.result = 'ok' and later.started_at > failed.started_at and later.sources @> failed.sources
    )
order by started_at desc limit 1
"""
"""The newest part that fell short, unless a later part or a build of the whole has made it good."""
CHECKS = """
with last as (select run_id from portal.check_result order by checked_at desc limit 1)
select dataset, check_name, column_name, outcome, found, expected, checked_at
from portal.check_result where run_id = (select run_id from last) order by dataset, check_name, column_name
"""
REFRESHED = """
select 1 from portal.job_run
where job = 'refresh' and step = '' and result = 'ok' and (as_of = :as_of or ended_at > :since)
limit 1
"""


def read(settings: Settings, query: str, **values: object) -> Sequence[Row]:
    """The rows of a query on the portal's tables, as the worker.

    Raises:
        WarehouseDown: the warehouse cannot be reached, or was never prepared.
    """
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query), values).mappings()]
    except (OperationalError, ProgrammingError) as error:
        said = str(error.orig).strip().splitlines()[0]
        raise WarehouseDown(
            f"The warehouse does not answer: {said}. Expected a prepared Postgres. Run `plumbline up`."
        ) from None


def is_refreshed(settings: Settings, as_of: datetime) -> bool:
    """Whether the whole chain succeeded for this business instant; with a running clock, within the last hour."""
    since = wall() + timedelta(days=1) if settings.has_sandbox else wall() - timedelta(hours=1)
    return bool(read(settings, REFRESHED, as_of=as_of, since=since))


def running_step(settings: Settings) -> Row | None:
    """The step that a job is at right now: run_id, job, step, started_at; None where nothing runs."""
    return next(iter(read(settings, RUNNING_STEP)), None)


def told_failure(settings: Settings) -> str:
    """That the newest build failed, in words; empty where it held, or none was made.

    Raises:
        WarehouseDown: as `read`.
    """
    newest, good = (next(iter(read(settings, query)), None) for query in (LAST_BUILD, LAST_GOOD_BUILD))
    return failure_in_words(newest, good)


def failure_in_words(newest: Row | None, good: Row | None) -> str:
    """That the newest build failed, when, why, and what figures speak about instead; empty where it held."""
    if newest is None or newest["result"] == "ok":
        return ""
    ended = newest["ended_at"] or newest["started_at"]
    spoken = f"as of {_minute(good['as_of'])}, the last good build" if good else "about nothing yet: no build was good"
    reason = first_reason(str(newest["error"] or ""))
    return f"The newest build failed at {_minute(ended)}: {reason} Figures speak {spoken}."


def live_failure_in_words(failed: Row) -> str:
    """That what came could not be built at once, when, and why."""
    return (
        f"What {failed['sources']} brought could not be built at once, at {_minute(failed['ended_at'])}: "
        f"{first_reason(str(failed['error'] or ''))} Its figures wait for the next whole build."
    )


def _minute(instant: object) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
