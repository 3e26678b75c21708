"""Whoever waits for a lock, or loads, ends within seconds of being asked to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from time import monotonic, sleep

import psutil
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.errors import BrokenOff
from app.secrets import warehouse_url
from app.settings import ROOT, Settings
from pipelines import plugins
from pipelines.build import BUILD_LOCK, only_build
from pipelines.job import JOB_LOCK
from pipelines.migrate import LOCK as MIGRATION_LOCK
from pipelines.program import environment
from pipelines.pull import held
from pipelines.runs import SOURCES, read
from pipelines.services import WAREHOUSE, ensure

pytestmark = pytest.mark.slow
MOST_SECONDS = 5.0
WAITS = (
    "select 1 from pg_stat_activity where query like '%advisory_lock(%' and application_name <> 'holder' "
    "and pid <> pg_backend_pid()"
)


@pytest.fixture
def own(migrated: Settings) -> Settings:
    """The home, without a sandbox company; its warehouse is not a command's to end."""
    settings = migrated.model_copy(update={"sandbox_scale": "none"})
    ensure(settings, WAREHOUSE, "up")
    return settings


@contextmanager
def locked(settings: Settings, number: int) -> Iterator[None]:
    """Somebody else holds the advisory lock."""
    named = {"application_name": "holder"}
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool, connect_args=named)
    with engine.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": number})
        yield


def started(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment(settings), text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)  # fmt: skip


def until(is_so: Callable[[], object], process: subprocess.Popen[str]) -> None:
    deadline = monotonic() + 120
    while not is_so():
        assert process.poll() is None, (process.communicate()[0] or "")[-3000:]
        assert monotonic() < deadline, "It never came to wait."
        sleep(0.05)


def ended_after(process: subprocess.Popen[str]) -> float:
    """Asks the process to end; seconds until it has."""
    began = monotonic()
    process.terminate()
    try:
        process.communicate(timeout=30)
    finally:
        process.kill()
    return monotonic() - began


@pytest.mark.parametrize(
    ("lock", "arguments"),
    [(JOB_LOCK, ("-m", "pipelines.cli", "run", "check")),
     (BUILD_LOCK, ("-m", "pipelines.cli", "run", "build")),
     (MIGRATION_LOCK, ("-c", "import signal, sys; signal.signal(signal.SIGTERM, lambda *_: sys.exit(130)); "
                             "from app.settings import get_settings; from pipelines.migrate import migrate; "
                             "migrate(get_settings())"))],
    ids=["for another job", "for another build", "for another migration"],
)
def test_a_wait_ends_when_it_is_asked_to(own: Settings, lock: int, arguments: tuple[str, ...]) -> None:
    engine = create_engine(warehouse_url(own), poolclass=NullPool)

    def waits() -> bool:
        with engine.connect() as connection:
            return bool(connection.scalar(text(WAITS)))

    with locked(own, lock):
        process = started(own, *arguments)
        until(waits, process)
        assert ended_after(process) < MOST_SECONDS
    assert process.returncode == 130


def test_what_stops_a_service_ends_its_wait_for_another_build(own: Settings) -> None:
    stopping, seen = Event(), []

    def build() -> None:
        try:
            with only_build(own, stopping):
                seen.append("built")
        except BrokenOff as error:
            seen.append(str(error))

    with locked(own, BUILD_LOCK):
        waiting = Thread(target=build)
        waiting.start()
        stopping.set()
        waiting.join(MOST_SECONDS)
        assert not waiting.is_alive()
    assert seen == ["The wait for another run to end was broken off."]


def test_a_wait_for_an_extractor_ends_as_well(own: Settings) -> None:
    stopping, ended = Event(), Event()

    def wait() -> None:
        with pytest.raises(BrokenOff), held(own, ["tap-x"], stopping):
            raise AssertionError("somebody else has it")
        ended.set()

    with held(own, ["tap-x"]):
        Thread(target=wait).start()
        assert not ended.wait(0.3)
        stopping.set()
        assert ended.wait(MOST_SECONDS)


@pytest.mark.parametrize("is_waiting", [False, True], ids=["while Meltano runs", "between two tries"])
def test_a_load_ends_with_all_it_started_and_says_so(own: Settings, is_waiting: bool) -> None:
    """Nobody listens at that address, so that the tap fails and is tried again after some seconds."""
    plugins.install()
    entry = {"production": {"url": "postgresql://r:p@127.0.0.1:1/d", "method": "wal2json"}}
    file = own.home / "sources.json"
    file.touch(0o600)
    file.write_text(json.dumps(entry))
    process = started(own, "-m", "pipelines.cli", "load", "production")
    children: set[int] = set()

    def meltano() -> bool:
        with suppress(psutil.Error):
            family = psutil.Process(process.pid).children(recursive=True)
            children.update(one.pid for one in family)
            return any("--no-install" in one.cmdline() for one in family)
        return False

    until(meltano, process)
    [seen] = read(own, SOURCES)
    assert (seen["source"], seen["result"]) == ("production", "running"), "a load by hand runs as well"
    if is_waiting:
        until(lambda: not meltano(), process)
    assert ended_after(process) < MOST_SECONDS
    assert process.returncode == 130
    assert not [pid for pid in children if psutil.pid_exists(pid)]
    engine = create_engine(warehouse_url(own), poolclass=NullPool)
    with engine.connect() as connection:
        found = connection.execute(text("select result, error from portal.load_run order by started_at desc limit 1"))
        assert found.one() == ("failed", "The load was broken off before it ended.")
