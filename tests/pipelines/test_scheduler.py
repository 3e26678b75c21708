"""The scheduler: one leads, the next takes over; missed runs are made up for once; the store follows the files."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.errors import PlumblineError
from app.secrets import warehouse_url
from app.settings import ROOT, Settings
from pipelines import scheduler as module
from pipelines.job import Job
from pipelines.program import environment
from pipelines.scheduler import LEADER_LOCK, Scheduler, make_scheduler
from pipelines.services import WAREHOUSE, ensure

HOURLY = Job("load", "0 * * * *", "engineer", ())
NIGHTLY = Job("refresh", "20 5 * * *", "engineer", ())
BY_HAND = Job("build", None, "engineer", ())


@pytest.fixture
def made(migrated: Settings) -> Iterator[Callable[..., Scheduler]]:
    """Makes paused schedulers over one store, which is emptied afterwards."""
    alive: list[Scheduler] = []

    def make(*jobs: Job) -> Scheduler:
        alive.append(make_scheduler(migrated, jobs))
        return alive[-1]

    yield make
    for scheduler in alive:
        if scheduler.running:
            scheduler.remove_all_jobs()
            scheduler.shutdown(wait=True)


def test_the_store_holds_the_jobs_that_have_a_time(made: Callable[..., Scheduler]) -> None:
    assert {job.id for job in made(HOURLY, NIGHTLY, BY_HAND).get_jobs()} == {"load", "refresh"}
    assert {job.id for job in made(NIGHTLY).get_jobs()} == {"refresh"}


def test_a_run_is_at_its_time_in_the_reporting_zone(
    made: Callable[..., Scheduler], migrated: Settings
) -> None:
    due = made(NIGHTLY).get_job("refresh").next_run_time.astimezone(migrated.timezone)
    assert (due.hour, due.minute) == (5, 20)


def test_runs_missed_while_nobody_led_are_made_up_for_once(
    made: Callable[..., Scheduler], migrated: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(module, "run_job", ran.append)
    first = made(HOURLY)
    first.modify_job("load", next_run_time=wall() - timedelta(hours=5))
    first.shutdown()
    second = made(HOURLY)
    assert second.get_job("load").next_run_time < wall()
    second.resume()
    deadline = time.monotonic() + 120
    while not ran and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.3)
    assert ran == ["load"]
    assert second.get_job("load").next_run_time > wall()


def test_a_changed_cron_counts_from_now_on(made: Callable[..., Scheduler]) -> None:
    made(HOURLY).shutdown()
    changed = made(Job("load", "30 * * * *", "engineer", ()))
    assert changed.get_job("load").next_run_time.minute == 30


@pytest.mark.parametrize(
    ("codes", "ran"),
    [
        ({"refresh": 0}, ["refresh"]),
        ({"refresh": 1, "alert": 0}, ["refresh", "alert"]),
        ({"refresh": -9, "alert": 1}, ["refresh", "alert"]),
    ],
    ids=["a good run needs no alert", "a failed one is told", "a killed one, too, and a failed alert ends it"],
)
def test_after_a_failed_job_somebody_is_told(
    monkeypatch: pytest.MonkeyPatch, codes: dict[str, int], ran: list[str]
) -> None:
    started: list[str] = []

    class Child:
        pid = 0

        def __init__(self, command: list[str], **_: object) -> None:
            self.name = command[command.index("run") + 1]
            started.append(self.name)

        def wait(self) -> int:
            return codes[self.name]

    monkeypatch.setattr(subprocess, "Popen", Child)
    failed = pytest.raises(PlumblineError, match="ended with exit code") if codes["refresh"] else nullcontext()
    with failed:
        module.run_job("refresh")
    assert started == ran


@pytest.mark.slow
def test_a_second_scheduler_waits_and_takes_over_when_the_first_is_killed(migrated: Settings) -> None:
    # As with `plumbline up`: else a job whose minute comes takes the server for one that a killed command left
    # behind, and ends it.
    ensure(migrated, WAREHOUSE, "up")
    first, second = _scheduler(migrated), None
    try:
        leader = _leader(migrated, none=None)
        second = _scheduler(migrated)
        assert second.stdout is not None
        assert b"another scheduler leads" in second.stdout.readline()
        assert _leader(migrated, none=None) == leader
        first.kill()
        assert _leader(migrated, none=leader) != leader
        second.terminate()
        assert second.wait(180) == 0
    finally:
        for process in (first, second):
            if process is not None:
                process.kill()
                process.communicate()


def _scheduler(settings: Settings) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "pipelines.scheduler"], cwd=ROOT, env=environment(settings), stdout=subprocess.PIPE
    )


def _leader(settings: Settings, none: int | None) -> int:
    """The database process that holds the lock, once there is one other than `none`."""
    engine = create_engine(warehouse_url(settings), poolclass=NullPool)
    query = text(
        "select pid from pg_locks where locktype = 'advisory' and granted "
        "and (classid::bigint << 32) + objid::bigint = :lock"
    )
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        with engine.connect() as connection:
            found = connection.scalar(query, {"lock": LEADER_LOCK})
        if found is not None and found != none:
            return int(found)
        time.sleep(0.1)
    pytest.fail("Nobody leads after three minutes.")
