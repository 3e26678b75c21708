"""Status and doctor: each lack is named; nothing is called fine that has not been seen to be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from rich.console import Console
from sqlalchemy import create_engine, text

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.doctor import essentials, examine
from pipelines.ports import port_of
from pipelines.status import Status, look
from pipelines.status_table import draw

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
UP = {"service": "portal", "state": "up", "pid": 1, "ports": [8501], "restarts": 0, "note": ""}
LOADED = {
    "source": "stripe",
    "result": "ok",
    "row_count": 12_345,
    "last_success": NOW,
    "age_seconds": 7_300,
    "error": None,
    "is_loading": False,
    "paused_by": None,
}


def at(minutes: int) -> datetime:
    """So many minutes before noon."""
    return NOW - timedelta(minutes=minutes)


BUILD = {"run_id": "r", "result": "ok", "started_at": at(25), "ended_at": at(20), "as_of": at(30), "error": None}
FAILED = {**BUILD, "run_id": "s", "result": "failed", "ended_at": at(5), "error": "It is so.\nAnd so."}
FINE_JOB = {"job": "refresh", "result": "ok", "started_at": at(30), "ended_at": at(9), "error": None}
FRESH = {"job": "keep_fresh", "result": "failed", "started_at": at(15), "ended_at": at(14), "error": "it fell"}
FINE = Status(
    Settings(sandbox_scale="small"),
    NOW,
    NOW,
    services=[UP],
    sources=[LOADED],
    jobs=[FINE_JOB],
    build=BUILD,
    good_build=BUILD,
    checks={"kept": 10, "broken": 0, "warned": 0, "not_run": 0, "checked_at": at(10)},
)


@pytest.mark.parametrize(
    ("change", "short_of"),
    [
        ({}, ()),
        ({"services": [UP | {"state": "down"}]}, ("The service portal is down.",)),
        (
            {"services": [UP | {"state": "given up", "note": "Ended 6 times."}]},
            ("The service portal is given up (Ended 6 times.).",),
        ),
        ({"sources": [LOADED | {"last_success": None}]}, ("The source stripe has not loaded yet.",)),
        (
            {"sources": [LOADED | {"result": "failed", "error": "it said no"}]},
            ("The last load of stripe failed: it said no",),
        ),
        (
            {"sources": []},
            (
                f"No source is connected: put credentials into {FINE.settings.home}/sources.json, or CSV files into "
                f"{FINE.settings.home}/files (docs/sources).",
            ),
        ),
        (
            {"settings": Settings(sandbox_scale="none")},
            ("Nobody can sign in: set PLUMBLINE_OIDC_ISSUER and its client id and secret; see docs/settings.md.",),
        ),
        ({"build": None, "good_build": None}, ("No build has succeeded yet.",)),
        (
            {"build": FAILED},
            (
                "The newest build failed at 2026-11-22 11:55 UTC: It is so. Figures speak as of 2026-11-22 11:30 UTC, "
                "the last good build.",
            ),
        ),
        (
            {"build": FAILED, "good_build": None},
            (
                "The newest build failed at 2026-11-22 11:55 UTC: It is so. Figures speak about nothing yet: no build "
                "was good.",
                "No build has succeeded yet.",
            ),
        ),
        (
            {"live_failed": {"sources": "stripe, stripe_webhook", "ended_at": at(3), "error": "It is so.\nAnd so."}},
            (
                "What stripe, stripe_webhook brought could not be built at once, at 2026-11-22 11:57 UTC: It is so. "
                "Its figures wait for the next whole build.",
            ),
        ),
        ({"as_of": at(-30)}, ()),
        (
            {"as_of": at(-31)},
            (
                "The newest good build speaks as of 2026-11-22 11:30 UTC, the business clock stands at "
                "2026-11-22 12:31 UTC: more than 60 minutes later. Run `plumbline run refresh`.",
            ),
        ),
        (
            {"checks": {"checked_at": at(21)}},
            (
                "The newest build was not checked: it ended at 2026-11-22 11:40 UTC, the last checks ran at "
                "2026-11-22 11:39 UTC. Run `plumbline run check`.",
            ),
        ),
        ({"checks": {"checked_at": at(21)}, "loading": {"run_id": "r", "job": "refresh", "step": "check"}}, ()),
        (
            {"jobs": [FINE_JOB | {"result": "failed", "error": "it fell"}]},
            ("The last run of refresh failed at 2026-11-22 11:51 UTC: it fell",),
        ),
        ({"jobs": [FINE_JOB, FRESH]}, ("The last run of keep_fresh failed at 2026-11-22 11:46 UTC: it fell",)),
        ({"jobs": [FINE_JOB | {"started_at": at(13)}, FRESH]}, ()),
        ({"jobs": [FINE_JOB, {**FRESH, "job": "report"}]}, ()),
        ({"checks": {"checked_at": None}}, ("No checks have run yet.",)),
        ({"unreadable": "The warehouse does not answer."}, ("The warehouse does not answer.",)),
    ],
    ids=[
        "all is fine",
        "a service is down",
        "a service was given up",
        "a source never loaded",
        "a source failed last time",
        "no source is connected",
        "there is no identity provider",
        "nothing was built",
        "the last build failed",
        "no build was ever good",
        "new rows could not be built at once",
        "the last build is as old as is allowed",
        "the clock went on without a build",
        "the last build was not checked",
        "the last build is being checked",
        "the last refresh failed",
        "the last keep_fresh failed",
        "a refresh made good what keep_fresh failed at",
        "another job failed",
        "nothing was checked",
        "the warehouse is not there",
    ],
)
def test_each_lack_is_named(change: dict[str, Any], short_of: tuple[str, ...]) -> None:
    assert replace(FINE, **change).short_of == short_of


def test_people_read_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    draw(FINE, Console(width=120))
    told = " ".join(capsys.readouterr().out.split())
    assert "stripe ok 12,345 2 h" in told
    assert "✓ All is up, loaded, built and checked as of 2026-11-22 12:00 UTC: 10 promises kept, 0 broken." in told


def test_a_source_that_is_paused_says_by_whom(capsys: pytest.CaptureFixture[str]) -> None:
    draw(replace(FINE, sources=[LOADED | {"paused_by": "ines@example.com"}]), Console(width=120))
    assert "stripe ok 12,345 2 h paused by ines@example.com" in " ".join(capsys.readouterr().out.split())


def test_an_empty_warehouse_has_nothing_built_and_nothing_checked(migrated: Settings) -> None:
    found = look(migrated.model_copy(update={"sandbox_scale": "none", "oidc_issuer": "https://id.example"}))
    assert [row["service"] for row in found.services] == ["warehouse", "portal", "live", "scheduler"]
    assert found.services[0]["state"] == "up"
    assert "No build has succeeded yet." in found.short_of or found.build is not None


def test_a_part_that_fell_short_is_told_until_it_is_made_good(migrated: Settings) -> None:
    home = migrated.model_copy(update={"sandbox_scale": "none"})
    engine = create_engine(warehouse_url(home, "plumbline_worker"))
    insert = text(
        "insert into portal.live_build (live_id, sources, heard_at, started_at, ended_at, as_of, result, models_count, "
        "error) values (gen_random_uuid(), :sources, now(), clock_timestamp(), now(), now(), :result, 0, 'It is so.')"
    )
    told: list[object] = []
    for sources, result in (
        (["stripe"], "ok"), (["stripe"], "failed"), (["production"], "ok"), (["files", "stripe"], "ok"),
    ):  # fmt: skip
        with engine.begin() as connection:
            connection.execute(insert, {"sources": sources, "result": result})
        told.append((found := look(home).live_failed) and found["sources"])
    assert told == [None, "stripe", "stripe", None]


def test_a_good_home_passes(make_settings: Callable[..., Settings]) -> None:
    found = {finding.name: finding.ok for finding in essentials(make_settings())}
    assert found.keys() >= {"Python", "Home", "Disk", "libfaketime"}
    assert all(found.values())


def test_a_home_that_is_a_file_says_what_to_set(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    settings.home.write_text("")
    found = examine(settings)
    assert [(finding.name, finding.ok) for finding in found] == [("Python", True), ("Home", False)]
    assert found[1].do == "set PLUMBLINE_HOME to another folder"


def test_secrets_that_others_may_read_are_told(make_settings: Callable[..., Settings]) -> None:
    settings = make_settings()
    settings.home.mkdir(parents=True)
    port_of(settings, "warehouse")
    (settings.home / "secrets.json").write_text("{}")
    (settings.home / "secrets.json").chmod(0o644)
    finding = next(each for each in examine(settings) if each.name == "Secrets")
    assert (finding.ok, finding.found) == (False, "mode 644")


@pytest.mark.parametrize(
    ("host", "public_url", "ok"),
    [
        ("127.0.0.1", None, True),
        ("0.0.0.0", None, False),
        ("0.0.0.0", "http://figures.example.com", False),
        ("0.0.0.0", "https://figures.example.com", True),
    ],
    ids=["loopback", "open without TLS", "open, plain address", "open behind TLS"],
)
def test_an_open_door_needs_tls(
    make_settings: Callable[..., Settings], host: str, public_url: str | None, ok: bool
) -> None:
    settings = make_settings(host=host, public_url=public_url)
    assert next(each.ok for each in examine(settings) if each.name == "Way in") is ok
