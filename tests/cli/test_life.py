"""One life of Plumbline at scale small, from an empty home to its end, as a person at the command line sees it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import psutil
import pytest
from sqlalchemy import create_engine, text

from app.secrets import warehouse_url
from app.settings import ROOT, Settings
from pipelines.process import alive
from pipelines.program import environment
from pipelines.services import configured
from pipelines.sources import source_names

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("life")]


@dataclass(frozen=True)
class House:
    """A home in which `plumbline up` runs."""

    settings: Settings
    up: subprocess.Popen[str]
    said: Mapping[str, Any]

    def ask(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Exit code and answer of a command."""
        return ask(self.settings, *arguments)


def ask(settings: Settings, *arguments: str) -> tuple[int, dict[str, Any]]:
    ended = subprocess.run(
        [sys.executable, "-m", "pipelines.cli", *arguments, "--json"],
        cwd=ROOT,
        env=environment(settings),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert ended.stdout.count("\n") == 1, ended.stderr
    return ended.returncode, json.loads(ended.stdout)


@pytest.fixture(scope="module")
def house(make_settings: Callable[..., Settings]) -> Iterator[House]:
    settings = make_settings(sandbox_scale="small", port=0)
    settings.home.mkdir(parents=True)
    log = settings.home.parent / "up.log"
    with log.open("w") as told, subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "up", "--json"],
        cwd=ROOT,
        env=environment(settings),
        stdout=subprocess.PIPE,
        stderr=told,
        text=True,
    ) as up:
        assert up.stdout is not None
        line = up.stdout.readline()
        try:
            said = json.loads(line or "{}")
            assert "portal" in said, f"It did not come up: {line}{log.read_text()}"
            rest(settings)
            yield House(settings, up, said)
        finally:
            up.send_signal(signal.SIGINT)
            up.wait(300)
    ask(settings, "down")


def rest(settings: Settings) -> None:
    """Lets `keep_fresh` rest, as APScheduler's own pause does: it would load every five minutes beside the tests.

    The scheduler is there before it has written its jobs down.
    """
    engine, deadline = create_engine(warehouse_url(settings), isolation_level="AUTOCOMMIT"), time.monotonic() + 180
    resting = text("update portal.apscheduler_jobs set next_run_time = null where id = 'keep_fresh'")
    is_there = text("select to_regclass('portal.apscheduler_jobs') is not null")
    with engine.connect() as connection:
        while not (connection.scalar(is_there) and connection.execute(resting).rowcount):
            assert time.monotonic() < deadline, "The scheduler has no job keep_fresh."
            time.sleep(0.2)
    engine.dispose()


def test_up_that_is_broken_off_before_all_is_up_says_so(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings(sandbox_scale="none", port=0)
    with subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "up", "--json"], cwd=ROOT, env=environment(settings),
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as up:
        assert up.stderr is not None
        assert any("Service warehouse" in line for line in up.stderr)
        up.send_signal(signal.SIGINT)
        said, _ = up.communicate(timeout=300)
    assert (up.returncode, json.loads(said)["error"]["kind"]) == (130, "Interrupted")
    assert not [process for process in psutil.process_iter() if _lives_in(process, settings)]


def test_up_says_where_the_portal_is_and_whom_one_can_sign_in_as(house: House) -> None:
    assert house.said["ok"] is True, house.said
    assert {person["roles"] for person in house.said["people"]} >= {"executive", "finance", "engineer"}
    assert httpx.get(f"{house.said['portal']}/healthz", timeout=60).json()["portal"] == "ok"


def first_loads(settings: Settings) -> list[tuple[str, int]]:
    """Each source with the rows of its first good load: by the time of a test the scheduler may have found none new."""
    engine = create_engine(warehouse_url(settings))
    with engine.connect() as connection:
        rows = connection.execute(text(
            "select distinct on (source) source, row_count from portal.load_run where stream = '' and result = 'ok' "
            "order by source, started_at"
        )).all()  # fmt: skip
    engine.dispose()
    return [(str(source), int(count or 0)) for source, count in rows]


def test_status_is_fine_when_all_has_loaded(house: House) -> None:
    code, found = house.ask("status")
    assert (code, found["short_of"]) == (0, [])
    assert {row["source"] for row in found["sources"]} == set(source_names())
    assert {source for source, rows in first_loads(house.settings) if rows > 0} == set(source_names())
    assert {row["state"] for row in found["services"]} == {"up"}
    assert found["checks"]["kept"] > 100


def test_every_figure_is_that_of_the_ledger(house: House) -> None:
    code, found = house.ask("verify")
    assert (code, found["differences"]) == (0, [])
    assert found["months"] >= 34


def test_a_breakdown_adds_up_to_the_figure(house: House) -> None:
    _, whole = house.ask("metric", "net_mrr", "--since", "2026-10", "--until", "2026-10")
    _, parts = house.ask("metric", "net_mrr", "--since", "2026-10", "--until", "2026-10", "--by", "product")
    assert whole["rows"][0]["value"] > 1000
    assert len(parts["rows"]) > 1
    assert round(sum(row["value"] for row in parts["rows"]), 2) == whole["rows"][0]["value"]


def test_a_second_up_says_that_it_is_up(house: House) -> None:
    assert house.ask("up") == (0, {"portal": house.said["portal"], "already_running": True})


def test_a_service_that_dies_is_started_again(house: House) -> None:
    before = alive(house.settings, "mailbox")
    assert before is not None
    before.kill()
    deadline = time.monotonic() + 180
    while time.monotonic() < deadline:
        now = alive(house.settings, "mailbox")
        if now is not None and now.pid != before.pid and house.ask("status")[0] == 0:
            return
        time.sleep(0.5)
    pytest.fail("The mail server was not started again within three minutes.")


def test_mails_are_kept_with_their_pictures(house: House) -> None:
    _, found = house.ask("mail", "list")
    assert found["mails"]
    code, mail = house.ask("mail", "show", found["mails"][0]["mail_id"])
    assert code == 0
    assert mail["pictures"]


def test_forty_days_on_every_figure_is_that_of_the_ledger_again(house: House) -> None:
    code, moved = house.ask("sandbox", "advance", "--days", "40")
    assert code == 0
    assert (moved["from"][:10], moved["to"][:10]) == ("2026-11-22", "2027-01-01")
    assert moved["published"]["webhooks_sent"] > 0
    code, ran = house.ask("run", "refresh")
    assert (code, ran["result"]) == (0, "ok"), ran
    code, found = house.ask("verify")
    assert (code, found["differences"]) == (0, [])
    assert (found["as_of"][:10], found["months"] >= 35) == ("2027-01-01", True)


def test_ctrl_c_ends_all_that_was_started_and_a_second_up_starts_from_what_is_there(house: House) -> None:
    running = [service.process(house.settings) for service in configured(house.settings)]
    house.up.send_signal(signal.SIGINT)
    assert house.up.wait(300) == 0
    assert not [process for process in running if process is not None and _runs(process)]
    assert not [process for process in psutil.process_iter() if _lives_in(process, house.settings)]

    began = time.monotonic()
    code, again = ask(house.settings, "up", "--no-serve")
    assert (code, again["ok"]) == (0, True)
    assert time.monotonic() - began < 120, "A second start does not do again what is there: it takes seconds."
    refresh = next(step for step in again["steps"] if step["step"] == "Refresh")
    assert refresh["note"] == "is there as of 2027-01-01 11:00 UTC"
    assert not [process for process in psutil.process_iter() if _lives_in(process, house.settings)]


def _runs(process: psutil.Process) -> bool:
    """Whether it does; who has ended and only waits to be counted out does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _lives_in(process: psutil.Process, settings: Settings) -> bool:
    """Whether a process was given this home."""
    try:
        return process.environ().get("PLUMBLINE_HOME") == str(settings.home)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False
