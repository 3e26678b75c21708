"""Looks for what is wrong with our own machinery: jobs that failed or never came, events that nobody can read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, RowMapping, text

from app.clock import wall
from app.settings import Settings
from app.ui import format as f
from pipelines.alerts import Finding, Severity
from pipelines.job import BROKEN_OFF, Job
from pipelines.jobs import all_jobs, job_names

REASON_LENGTH = 600
QUARANTINE_DAYS = 7
LEAST_PATIENCE = timedelta(hours=1)
RUNS = """
with newest as (
    select distinct on (job) job, run_id, result, error from portal.job_run where step = ''
    order by job, started_at desc
),
good as (select job, max(ended_at) as last_ok from portal.job_run where step = '' and result = 'ok' group by job)
select newest.job, newest.result, newest.error, good.last_ok,
    (select array_agg(step.step order by step.started_at) from portal.job_run as step
     where step.run_id = newest.run_id and step.step <> '' and step.result = 'failed') as steps,
    (select step.error from portal.job_run as step where step.run_id = newest.run_id and step.step <> ''
     and step.result = 'failed' order by step.started_at limit 1) as reason,
    (select min(run.started_at) from portal.job_run as run where run.job = newest.job and run.step = ''
     and run.started_at > coalesce(good.last_ok, '-infinity')) as since
from newest left join good using (job) order by newest.job
"""
LEADING_SINCE = """
select min(a.backend_start) from pg_locks as l join pg_stat_activity as a on a.pid = l.pid
where l.locktype = 'advisory' and l.granted and (l.classid::bigint << 32) + l.objid::bigint = :lock
    and l.database = (select oid from pg_database where datname = current_database())
"""
QUARANTINED = """
select event_id, type, reason, received_at, count(*) over () as events from raw_stripe_webhook.event
where state = 'quarantined' and received_at > :since order by received_at desc, event_id limit 1
"""


def failed_jobs(engine: Engine) -> Iterator[Finding]:
    """Jobs whose newest run failed, or has failed so far; the same until the job succeeds again."""
    for run in _runs(engine):
        if not _has_failed(run):
            continue
        job, steps, last_ok = run["job"], list(run["steps"] or ()), run["last_ok"]
        at = f" at {f.words(steps)}" if steps else ""
        lasting = f"it has not succeeded since {_instant(last_ok)}" if last_ok else "it has never succeeded"
        reason = str(run["reason"] or run["error"] or "no reason given")[:REASON_LENGTH]
        detail = {
            "job": job, "steps": steps, "found": reason, "expected": "every step to end well",
            "failing_since": _instant(run["since"]), "last_ok": last_ok, "owner": "engineer",
        }  # fmt: skip
        key = f"job_failed:{job}:{_key(last_ok)}"
        yield Finding("job_failed", "act", None, None, f"The job {job} failed{at}; {lasting}", key, detail)


def overdue_jobs(engine: Engine, zone: ZoneInfo, jobs: Iterable[Job] | None = None) -> Iterator[Finding]:
    """Jobs that have not succeeded for much longer than their time of day promises, though a scheduler leads.

    Where none leads nothing is promised: somebody runs jobs by hand. A failed job is told by `failed_jobs`.

    Args:
        engine: connects as `plumbline_worker`.
        zone: in which crons are read.
        jobs: which; all that there are by default.
    """
    from pipelines.scheduler import LEADER_LOCK

    now = wall()
    with engine.connect() as connection:
        leading_since = connection.scalar(text(LEADING_SINCE), {"lock": LEADER_LOCK})
    if leading_since is None:
        return
    known = {run["job"]: run for run in _runs(engine)}
    for job in all_jobs().values() if jobs is None else jobs:
        run = known.get(job.name)
        last_ok = run["last_ok"] if run else None
        if job.cron is None or (run and _has_failed(run)):
            continue
        every = _every(job.cron, zone, now)
        if now - max(last_ok or leading_since, leading_since) > every + max(LEAST_PATIENCE, every / 2):
            since = f"since {_instant(last_ok)}" if last_ok else "at all"
            detail = {
                "job": job.name, "found": f"no success {since}", "expected": f"one every {_span(every)}",
                "last_ok": last_ok, "owner": "engineer",
            }  # fmt: skip
            headline = f"The job {job.name} is overdue: it has not succeeded {since}"
            yield Finding("job_overdue", "act", None, None, headline, f"job_overdue:{job.name}:{_key(last_ok)}", detail)


def quarantined_events(engine: Engine) -> Iterator[Finding]:
    """Events of the last days that no model can read; one finding, anew when another comes."""
    with engine.connect() as connection:
        row = connection.execute(
            text(QUARANTINED), {"since": wall() - timedelta(days=QUARANTINE_DAYS)}
        ).mappings().first()
    if row is None:
        return
    count = row["events"]
    headline = f"{f.number(count)} Stripe event{' is' if count == 1 else 's are'} in quarantine, newest: {row['type']}"
    detail = {
        "event_id": row["event_id"], "found": row["reason"], "expected": "an object as Stripe documents it",
        "events": count, "owner": "engineer",
    }  # fmt: skip
    yield Finding("event_quarantined", "watch", None, None, headline, f"quarantined:{row['event_id']}", detail)


def kept_log(settings: Settings) -> Iterator[Finding]:
    """What production's log says of its reader: none, a slow one, one that cannot go on. Once per outage.

    Raises:
        SourceDown: production does not answer, so that nothing can be said.
    """
    from pipelines.capture import watch

    found = watch.look(settings)
    if found is None:
        return
    kept = found.slot.retained_bytes if found.slot else 0
    is_alarm = found.slot is None or found.slot.is_lost or kept >= settings.production_log_alarm_gb * watch.GB
    for number, said in enumerate(found.lacks(settings)):
        severity: Severity = "act" if is_alarm or found.error else "watch"
        detail = {
            **found.payload(), "found": said, "owner": "engineer",
            "expected": f"less than {settings.production_log_warn_gb:g} GB kept, and a slot that is read",
        }  # fmt: skip
        since = found.error_since.isoformat() if found.error_since else str(found.slot.confirmed if found.slot else "")
        key = f"production_log:{severity}:{found.name}:{since}:{number}"
        yield Finding("production_log", severity, None, None, said.partition(". ")[0][:REASON_LENGTH], key, detail)


def _runs(engine: Engine) -> list[RowMapping]:
    """The newest run of each job that there still is, with when it last succeeded."""
    with engine.connect() as connection:
        return [run for run in connection.execute(text(RUNS)).mappings() if run["job"] in job_names()]


def _has_failed(run: RowMapping) -> bool:
    """Whether it failed, or has failed so far; one that somebody broke off has not, and is missed by its next turn."""
    return bool(run["steps"] or run["result"] == "failed") and (run["reason"] or run["error"]) != BROKEN_OFF


def _every(cron: str, zone: ZoneInfo, now: datetime) -> timedelta:
    """The time between the next two runs."""
    from apscheduler.triggers.cron import CronTrigger

    trigger = CronTrigger.from_crontab(cron, timezone=zone)
    first = trigger.get_next_fire_time(None, now).astimezone(UTC)  # a clock that is put back counts an hour twice
    following = trigger.get_next_fire_time(first, first + timedelta(seconds=1))
    found: timedelta = following.astimezone(UTC) - first
    return found


def _instant(moment: datetime) -> str:
    moment = moment.astimezone(UTC)
    return f"{f.day(moment)} at {f.clock(moment)} UTC"


def _span(every: timedelta) -> str:
    minutes = round(every / timedelta(minutes=1))
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"


def _key(moment: datetime | None) -> str:
    return moment.isoformat() if moment else "never"
