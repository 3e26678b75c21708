"""The scheduler: APScheduler in its own process, jobs kept in Postgres, one leader at a time.

Who holds the advisory lock `LEADER_LOCK` of the warehouse leads; a second scheduler waits and takes over when the
first one's connection ends, however it ends. A run that was missed while nobody led is made up once (coalesced).
Each run is a process of its own (`plumbline run JOB`), so that its memory and its crashes are its own.
"""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor as ThreadPool
from time import monotonic

import psutil
import psycopg2
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import STATE_STOPPED
from apscheduler.triggers.cron import CronTrigger
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from app.errors import PlumblineError, WarehouseDown
from app.home import keep_private
from app.secrets import warehouse_url
from app.settings import ROOT, Settings, get_settings
from pipelines import personal_logins, requests
from pipelines.job import Job
from pipelines.process import beat, end
from pipelines.program import environment
from pipelines.requests import LoadRequest

NAME = "scheduler"
LEADER_LOCK = 7_586_200_002
LOOK_SECONDS = 2.0
JOB_PATIENCE_SECONDS = 3.0
"""How long a running job may take to end when the scheduler is stopped; what is killed is made up for by the next."""
MISFIRE_SECONDS = 24 * 3600
"""A run missed by less than a day is made up for; an older one waits for its next turn."""

ALERT = "alert"
"""The job that tells people of one that failed."""

log = logging.getLogger("plumbline.scheduler")
_stopping = threading.Event()
_running: set[int] = set()


def run_job(name: str) -> None:
    """Runs a job in a process of its own and waits for it; what APScheduler calls.

    After one that failed the job `alert` is run: its own alert step may have come too early, or not at all.

    Raises:
        PlumblineError: the job ended with an exit code other than 0 (portal.job_run says why).
    """
    code = _run("run", name)
    if _stopping.is_set() or not code:
        return
    if name != ALERT:
        _run("run", ALERT)
    raise PlumblineError(f"The job {name} ended with exit code {code}. Expected 0. portal.job_run says why.")


def run_request(request: LoadRequest) -> None:
    """Runs what somebody asked for; the first command that fails ends it, and portal.load_request says so."""
    error = None
    for arguments in request.commands:
        code = _run(*arguments)
        if code:
            error = f"plumbline {' '.join(arguments)} ended with exit code {code}; its log says why."
            break
    engine = create_engine(warehouse_url(get_settings(), "plumbline_worker"), poolclass=NullPool)
    with engine.begin() as connection:
        requests.end(connection, request, error)


def _run(*arguments: str) -> int:
    """The exit code of a process of ours, such as `run JOB`."""
    command = [sys.executable, "-m", "pipelines.cli", *arguments, "--json"]
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment(get_settings()), stdout=subprocess.DEVNULL, start_new_session=True
    )
    _running.add(child.pid)
    name = " ".join(arguments)
    log.info("%s started", name)
    try:
        code = child.wait()
    finally:
        _running.discard(child.pid)
    log.info("%s ended with exit code %s", name, code)
    return code


class Scheduler(BackgroundScheduler):  # type: ignore[misc]
    """APScheduler's, but one that is being stopped starts nothing.

    Its own main loop looks for due jobs once more after its executors have ended, and counts them as run.
    """

    def _process_jobs(self) -> float | None:
        if self.state == STATE_STOPPED:
            return None
        seconds: float | None = super()._process_jobs()
        return seconds


def make_scheduler(settings: Settings, jobs: Iterable[Job]) -> Scheduler:
    """A scheduler with these jobs in its store, not started; jobs whose file is gone leave the store."""
    store = SQLAlchemyJobStore(
        url=warehouse_url(settings, "plumbline_worker"),
        tablename="apscheduler_jobs",
        tableschema="portal",
        engine_options={"pool_pre_ping": True},
    )
    scheduler = Scheduler(
        jobstores={"default": store},
        executors={"default": ThreadPoolExecutor(4)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": MISFIRE_SECONDS},
        timezone=settings.timezone,
    )
    scheduler.add_listener(_told, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
    scheduler.start(paused=True)
    _agree(scheduler, [job for job in jobs if job.cron is not None], settings)
    return scheduler


def _agree(scheduler: Scheduler, jobs: Iterable[Job], settings: Settings) -> None:
    """Makes the store hold exactly these jobs; one whose cron is unchanged keeps its next run, so it can be missed."""
    wanted = {job.name: CronTrigger.from_crontab(str(job.cron), timezone=settings.timezone) for job in jobs}
    stored = {job.id: job for job in scheduler.get_jobs()}
    for name in stored.keys() - wanted.keys():
        scheduler.remove_job(name)
    for name, trigger in wanted.items():
        if name not in stored or str(stored[name].trigger) != str(trigger):
            scheduler.add_job(
                "pipelines.scheduler:run_job", trigger, id=name, name=name, args=[name], replace_existing=True
            )


def lead(settings: Settings) -> None:
    """Waits for the leadership, then schedules until asked to stop or the leadership is lost.

    Raises:
        WarehouseDown: the warehouse cannot be reached, or the connection that holds the leadership broke.
    """
    from pipelines.jobs import all_jobs

    jobs = tuple(all_jobs().values())  # read before the wait, so that taking over takes no time
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if not _await_leadership(settings, connection):
                return
            scheduler = make_scheduler(settings, jobs)
            scheduler.resume()
            log.info("leading with the jobs %s", ", ".join(job.id for job in scheduler.get_jobs()))
            requests.end_interrupted(connection)
            seen_at = float("-inf")
            asked = ThreadPool(max_workers=1)  # what people ask for goes one after another
            try:
                while not _stopping.wait(LOOK_SECONDS):
                    beat(settings, NAME)
                    seen_at = _tend_logins(settings, connection, seen_at)
                    request = requests.take(connection)
                    if request is not None:
                        asked.submit(run_request, request)
            finally:
                _end_children()
                asked.shutdown(wait=True, cancel_futures=True)
                scheduler.shutdown(wait=True)
    except DBAPIError as error:
        raise WarehouseDown(
            f"The scheduler lost the warehouse: {str(error.orig).strip().splitlines()[0]}. It starts again when the "
            "warehouse answers."
        ) from None


def _tend_logins(settings: Settings, connection: Connection, seen_at: float) -> float:
    """Makes and ends people's own logins; that it cannot be done now ends nothing else.

    Returns:
        When it was last noted who is connected.
    """
    try:
        personal_logins.tend(settings, connection)
        if monotonic() - seen_at > personal_logins.SEEN_SECONDS:
            personal_logins.see(settings, connection)
            return monotonic()
    except psycopg2.Error as error:
        log.warning("people's own logins: %s", str(error).strip().partition("\n")[0])
    return seen_at


def _await_leadership(settings: Settings, connection: Connection) -> bool:
    """Whether we lead now; False when asked to stop while waiting."""
    told = False
    while not connection.scalar(text("select pg_try_advisory_lock(:lock)"), {"lock": LEADER_LOCK}):
        if not told:
            log.info("another scheduler leads; waiting")
            told = True
        beat(settings, NAME)
        if _stopping.wait(LOOK_SECONDS):
            return False
    return True


def _end_children() -> None:
    _stopping.set()
    for pid in tuple(_running):
        if psutil.pid_exists(pid):
            end(psutil.Process(pid), patience=JOB_PATIENCE_SECONDS)


def _told(event: JobExecutionEvent) -> None:
    if event.code == EVENT_JOB_MISSED:
        log.warning("job %s missed its run of %s", event.job_id, event.scheduled_run_time)
    elif not isinstance(event.exception, PlumblineError):
        log.error("job %s: %s", event.job_id, event.exception)


def main() -> None:
    """The process `python -m pipelines.scheduler`: until SIGTERM or Ctrl-C."""
    keep_private()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stdout)
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: _stopping.set())
    try:
        lead(get_settings())
    except PlumblineError as error:
        log.error("%s", error)
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
