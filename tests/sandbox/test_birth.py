"""Birth and growing older: what is written, that it may be killed, and that a second time changes nothing."""

from __future__ import annotations

import contextlib
import csv
import sqlite3
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.clock import as_of
from app.errors import DependencyMissing, SettingsError, UsageError
from app.settings import Settings
from pipelines.sandbox import birth, ledger
from pipelines.sandbox.ledger import read_ledger
from pipelines.sandbox.store import store_path

BORN = datetime(2026, 11, 22, 11, tzinfo=UTC)
YOUNG = datetime(2024, 10, 9, 11, tzinfo=UTC)
"""Nine months after the company began: what is killed and done again need not be three years old."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path / "home", sandbox_scale="small")


def contents(settings: Settings) -> dict[str, Any]:
    """Everything that others read, but for the order of writing."""
    connection = sqlite3.connect(store_path(settings))
    held = connection.execute("select vendor, kind, id, created, updated, body from object order by 1, 2, 3").fetchall()
    events = connection.execute("select id, body from event order by id").fetchall()
    connection.close()
    files = {path.name: path.read_text() for path in settings.files.iterdir()}
    return {"objects": held, "events": events, "files": files, "month": read_ledger(settings).month.to_csv()}


def test_birth_writes_everything_and_sets_the_clock(settings: Settings) -> None:
    assert birth.bring_to_life(settings) == BORN
    assert as_of(settings) == BORN
    assert {path.stem for path in settings.files.iterdir()} == set(birth.COLUMNS)
    for name, columns in birth.COLUMNS.items():
        with (settings.files / f"{name}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert rows and set(rows[0]) == set(columns)
    months = read_ledger(settings).month
    assert (months["month"].min(), months["month"].max()) == (date(2024, 1, 1), date(2026, 11, 1))
    assert list(months["is_complete"])[-2:] == [True, False]


def test_a_second_birth_and_a_birth_after_a_kill_end_in_the_same_state(settings: Settings) -> None:
    birth.bring_to_life(settings, YOUNG)
    first = contents(settings)
    birth.bring_to_life(settings, YOUNG)
    assert contents(settings) == first
    birth.sandbox_clock(settings).unlink()  # killed after all was written, before the clock
    birth.bring_to_life(settings, YOUNG)
    assert contents(settings) == first


def test_a_ledger_of_another_version_is_told_and_kept_anew_by_the_next_birth(settings: Settings) -> None:
    birth.bring_to_life(settings, YOUNG)
    figures = len(read_ledger(settings).figure)
    connection = sqlite3.connect(ledger.ledger_path(settings))
    connection.execute("drop table figure")
    connection.commit()
    connection.close()
    with pytest.raises(DependencyMissing, match="kept by another version of Plumbline"):
        read_ledger(settings)
    assert birth.bring_to_life(settings) == YOUNG
    assert len(read_ledger(settings).figure) == figures > 100


def test_killed_between_store_and_ledger_an_advance_done_again_is_the_same(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = Settings(home=tmp_path / "whole", sandbox_scale="small")
    for one in (settings, whole):
        birth.bring_to_life(one, YOUNG)
    assert birth.advance(whole, 40) == YOUNG + timedelta(days=40)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(birth, "write_ledger", killed)
        with pytest.raises(KeyboardInterrupt):
            birth.advance(settings, 40)
    assert birth.read_clock(settings) == YOUNG
    birth.advance(settings, 40)
    assert contents(settings) == contents(whole)
    assert birth.read_clock(settings) == YOUNG + timedelta(days=40)


@pytest.mark.slow
def test_killed_by_force_at_any_moment_it_can_be_done_again(settings: Settings, tmp_path: Path) -> None:
    whole = Settings(home=tmp_path / "whole", sandbox_scale="small")
    for one in (settings, whole):
        birth.bring_to_life(one, YOUNG)
    program = "from app.settings import Settings; from pipelines.sandbox.birth import advance; print(1, flush=True); "
    program += f"advance(Settings(home={str(settings.home)!r}, sandbox_scale='small'), 20)"
    for seconds in (0.2, 0.4, 0.7, 1.0):
        with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as child:
            assert child.stdout is not None and child.stdout.readline() == b"1\n"
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(seconds)
            child.kill()
        if birth.read_clock(settings) != YOUNG:
            break  # it was quicker than the kill
    else:
        birth.advance(settings, 20)
    birth.advance(whole, 20)
    assert contents(settings) == contents(whole)


def test_what_changed_gets_a_new_place_in_the_order_of_changes(settings: Settings) -> None:
    birth.bring_to_life(settings, YOUNG)
    connection = sqlite3.connect(store_path(settings))
    last = connection.execute("select max(seq) from object").fetchone()[0]
    before = dict(connection.execute("select vendor || kind || id, seq from object"))
    birth.advance(settings, 3)
    after = dict(connection.execute("select vendor || kind || id, seq from object"))
    stale = connection.execute(
        "select count(*) from object where seq <= ? and updated > ?", (last, int(YOUNG.timestamp()))
    ).fetchone()[0]
    connection.close()
    assert stale == 0
    assert all(seq > last for key, seq in after.items() if key not in before)
    assert sum(seq == after[key] for key, seq in before.items()) > 0.8 * len(before)


def test_another_seed_in_the_same_home_is_refused(settings: Settings) -> None:
    birth.bring_to_life(settings, YOUNG)
    other = Settings(home=settings.home, sandbox_scale="small", sandbox_seed=7)
    with pytest.raises(SettingsError, match=r"This home holds a sandbox company of .*20240101.*PLUMBLINE_HOME"):
        birth.bring_to_life(other)


@pytest.mark.parametrize("days", [0, -3, 367])
def test_the_company_lives_on_for_a_day_to_a_year(settings: Settings, days: int) -> None:
    birth.bring_to_life(settings, datetime(2024, 3, 1, tzinfo=UTC))
    with pytest.raises(UsageError, match=f"1 to 366 days at a time; found {days}"):
        birth.advance(settings, days)


def test_before_birth_there_is_nothing_to_advance_or_read(settings: Settings) -> None:
    with pytest.raises(UsageError, match="has not been born"):
        birth.advance(settings, 1)
    with pytest.raises(DependencyMissing, match="There is no ledger at"):
        ledger.read_ledger(settings)
