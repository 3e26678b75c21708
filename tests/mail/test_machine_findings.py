"""What engineers are told of their own machinery: failed and overdue jobs, events in quarantine, blind spots."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from app.clock import wall
from app.secrets import ADMIN
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines import findings as module
from pipelines.findings import find_all, reading_of
from pipelines.job import Job, Run, StepResult, execute
from pipelines.machine_findings import failed_jobs, overdue_jobs, quarantined_events
from pipelines.mailstore import list_mail
from pipelines.notify import alert
from pipelines.predict import worker_engine
from pipelines.scheduler import LEADER_LOCK

from .conftest import AS_OF, sql
from .test_alert import alerts, mail_to

EVERY_QUARTER = Job("keep_fresh", "*/15 * * * *", "engineer", ())
NIGHTLY = Job("refresh", "20 5 * * *", "engineer", ())


def ran(settings: Settings, job: str, result: str, minutes_ago: float, **failed: str) -> UUID:
    """A run of a job, as the job runner records it; `failed`: step → reason. It took a minute."""
    run_id, started = uuid4(), wall() - timedelta(minutes=minutes_ago)
    ended = None if result == "running" else started + timedelta(minutes=1)
    reason = next(iter(failed.values()), None) if result == "failed" else None
    for number, (step, how, why) in enumerate([("", result, reason), *((s, "failed", w) for s, w in failed.items())]):
        sql(
            settings, ADMIN,
            "insert into portal.job_run (run_id, job, step, started_at, ended_at, result, error, as_of) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s)",
            (str(run_id), job, step, started + timedelta(seconds=number), ended, how, why, AS_OF),
        )  # fmt: skip
    return run_id


def headlines(settings: Settings) -> list[str]:
    return [finding.headline for finding in failed_jobs(worker_engine(settings))]


def test_a_failed_job_is_told_with_step_reason_and_since_when(clean: Settings, mailbox: Settings, run: Run) -> None:
    ran(clean, "keep_fresh", "ok", 40)
    ran(clean, "keep_fresh", "failed", 25, build="dbt could not run: a model is missing.", detect="No series.")
    alert(run)
    rows = [row for row in alerts(clean) if row[0] == "job_failed"]
    assert [(row[1], row[3]) for row in rows] == [("act", True)]
    assert str(rows[0][2]).startswith("The job keep_fresh failed at build and detect; it has not succeeded since ")
    text_of = mail_to(clean, "ines").text
    assert "Found: dbt could not run: a model is missing." in text_of
    since = sql(clean, ADMIN, "select to_char(min(started_at) at time zone 'UTC', 'HH24:MI') from portal.job_run "
                "where result = 'failed'")  # fmt: skip
    assert f"at {since[0][0]} UTC" in text_of.split("Failing since: ")[1].splitlines()[0]
    assert "http://127.0.0.1:8501/pipelines" in text_of


def test_only_engineers_are_told(clean: Settings, mailbox: Settings, run: Run) -> None:
    ran(clean, "refresh", "failed", 5, load="No source could be loaded.")
    sql(clean, ADMIN, "delete from mart_executive.targets_monthly")
    try:
        alert(run)
    finally:
        put = "insert into mart_executive.targets_monthly values ('arr', '2026-10-01', 12000000), "
        sql(clean, ADMIN, put + "('gross_mrr_churn', '2026-10-01', 0.025), ('cash_runway', '2026-10-01', 18)")
    assert [mail.to for mail in list_mail(clean)] == ["ines@example.test"]


def test_one_outage_is_told_once_and_the_next_anew(clean: Settings, mailbox: Settings, run: Run) -> None:
    for minutes, result in ((90, "failed"), (75, "failed"), (60, "ok"), (45, "failed"), (30, "failed")):
        ran(clean, "keep_fresh", result, minutes, **({"build": "Broken."} if result == "failed" else {}))
        alert(run)
    assert len([row for row in alerts(clean) if row[0] == "job_failed"]) == 2


def test_what_has_failed_so_far_in_the_run_under_way_is_told_by_it(clean: Settings) -> None:
    ran(clean, "keep_fresh", "running", 1, build="Broken.")
    assert headlines(clean) == ["The job keep_fresh failed at build; it has never succeeded"]


@pytest.mark.parametrize(
    "runs",
    [
        pytest.param((("keep_fresh", "failed", 30), ("keep_fresh", "ok", 15)), id="it succeeded since"),
        pytest.param((("keep_fresh", "failed", 15), ("keep_fresh", "running", 1)), id="under way and well so far"),
        pytest.param((("no_such_job", "failed", 15),), id="there is no such job any more"),
        pytest.param((), id="nothing ever ran"),
    ],
)
def test_a_job_that_does_not_fail_now_is_no_finding(clean: Settings, runs: tuple[tuple[str, str, float], ...]) -> None:
    for job, result, minutes in runs:
        ran(clean, job, result, minutes)
    assert headlines(clean) == []


def test_a_run_that_was_killed_before_any_step_failed_is_told(clean: Settings) -> None:
    ran(clean, "refresh", "failed", 10)
    [finding] = failed_jobs(worker_engine(clean))
    assert finding.headline == "The job refresh failed; it has never succeeded"
    assert finding.detail["found"] == "no reason given"


def test_a_failed_build_is_mailed_by_the_same_run(clean: Settings, mailbox: Settings) -> None:
    def build(run: Run) -> StepResult:
        raise ZeroDivisionError("of a figure")

    outcome = execute(Job("refresh", None, "engineer", (build, alert)), clean, AS_OF)
    assert [(step.step, step.result) for step in outcome.steps] == [("build", "failed"), ("alert", "ok")]
    assert "Found: ZeroDivisionError: of a figure" in mail_to(clean, "ines").text


def test_a_job_that_somebody_broke_off_is_no_failure_unless_a_step_had_failed(clean: Settings) -> None:
    broken_off = "The run was broken off before it ended."
    ran(clean, "load", "failed", 10, load_all=broken_off)
    assert headlines(clean) == []
    ran(clean, "refresh", "failed", 10, build="A model is missing.", check=broken_off)
    assert [headline.partition(";")[0] for headline in headlines(clean)] == [
        "The job refresh failed at build and check"
    ]


@pytest.fixture
def leader(clean: Settings) -> Iterator[None]:
    """Somebody who holds the scheduler's lock, since just now."""
    with worker_engine(clean).connect() as connection:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": LEADER_LOCK})
        yield
        connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": LEADER_LOCK})


def overdue(settings: Settings, monkeypatch: pytest.MonkeyPatch, hours_on: float) -> list[str]:
    """Headlines of what is overdue so many hours from now."""
    later = wall() + timedelta(hours=hours_on)
    monkeypatch.setattr("pipelines.machine_findings.wall", lambda: later)
    found = overdue_jobs(worker_engine(settings), settings.timezone, (EVERY_QUARTER, NIGHTLY))
    return [finding.headline for finding in found]


@pytest.mark.parametrize(
    ("hours_on", "jobs"),
    [(1, []), (2, ["keep_fresh"]), (30, ["keep_fresh"]), (40, ["keep_fresh", "refresh"])],
    ids=["a missed run or two", "a quarter of an hour promised", "a night late", "a day and a half"],
)
def test_a_job_is_overdue_long_after_its_time(
    clean: Settings, leader: None, monkeypatch: pytest.MonkeyPatch, hours_on: float, jobs: list[str]
) -> None:
    """The leader leads since now, so what happened before counts for nothing."""
    ran(clean, "keep_fresh", "ok", 60 * 24 * 7)
    found = overdue(clean, monkeypatch, hours_on)
    assert [headline.split()[2] for headline in found] == jobs
    assert all("it has not succeeded since " in headline for headline in found if "keep_fresh" in headline)
    assert all(headline.endswith("not succeeded at all") for headline in found if "refresh" in headline)


def test_nothing_is_overdue_because_the_clock_is_put_back(
    clean: Settings, leader: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In New York 01:45 is followed by another 01:00 then: a quarter of an hour later, though it reads as earlier."""
    now = datetime(2030, 11, 3, 5, 40, tzinfo=UTC)
    ran(clean, "keep_fresh", "ok", (wall() - now) / timedelta(minutes=1) + 26)
    assert overdue(clean, monkeypatch, (now - wall()) / timedelta(hours=1)) == [
        "The job refresh is overdue: it has not succeeded at all"
    ]


def test_nothing_is_overdue_where_no_scheduler_leads_or_the_job_failed(
    clean: Settings, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    assert overdue(clean, monkeypatch, 400) == []
    request.getfixturevalue("leader")
    monkeypatch.undo()
    for job in ("keep_fresh", "refresh"):
        ran(clean, job, "failed", 5)
    assert overdue(clean, monkeypatch, 400) == []


def test_events_in_quarantine_are_told_once_for_all_that_came(clean: Settings) -> None:
    put = (
        "insert into raw_stripe_webhook.event (event_id, type, created, received_at, payload, state, reason) values "
        "(%s, 'customer.updated', now(), now() - make_interval(hours => %s), '{}', %s, 'customer.created is 7.')"
    )
    rows = (("a", 400, "quarantined"), ("b", 2, "quarantined"), ("c", 1, "quarantined"), ("d", 0, "ignored"))
    assert list(quarantined_events(worker_engine(clean))) == []
    sql(clean, ADMIN, put + " returning 1", *rows)
    [finding] = quarantined_events(worker_engine(clean))
    assert finding.headline == "2 Stripe events are in quarantine, newest: customer.updated"
    assert (finding.key, finding.detail["found"]) == ("quarantined:c", "customer.created is 7.")


def test_one_kind_that_cannot_be_worked_out_keeps_none_of_the_others_back(
    odd_day: Settings, mailbox: Settings, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> list[object]:
        raise ZeroDivisionError("of dates")

    monkeypatch.setattr(module, "late_sources", explode)
    detail = alert(run).detail
    assert detail["not_computed"] == {"late sources": "ZeroDivisionError: of dates"}
    assert [row[0] for row in alerts(odd_day)] == ["anomaly", "finding_failed", "target_missed"]
    assert "Nobody looks for late sources: it cannot be worked out" in mail_to(odd_day, "ines").text


def test_targets_whose_mart_is_missing_are_told_and_the_others_compared(odd_day: Settings, run: Run) -> None:
    sql(odd_day, ADMIN, "alter table mart_finance.cash_monthly rename to elsewhere")
    try:
        with closing(Warehouse(odd_day)) as warehouse:
            found = find_all(run, worker_engine(odd_day), reading_of(warehouse, run))
    finally:
        sql(odd_day, ADMIN, "alter table mart_finance.elsewhere rename to cash_monthly")
    assert "The target of cash_runway cannot be compared" in found.not_computed["missed targets"]
    assert [finding.kind for finding in found.findings] == ["anomaly", "target_missed", "finding_failed"]


def test_without_a_build_that_is_what_is_told(clean: Settings, run: Run) -> None:
    sql(clean, ADMIN, "alter table mart_executive.targets_monthly rename to elsewhere")
    try:
        with closing(Warehouse(clean)) as warehouse:
            found = find_all(run, worker_engine(clean), reading_of(warehouse, run))
    finally:
        sql(clean, ADMIN, "alter table mart_executive.elsewhere rename to targets_monthly")
    assert "mart_executive.targets_monthly is not there" in found.not_computed["missed targets"]
    [finding] = found.findings
    assert finding.headline == "Nobody looks for missed targets: it cannot be worked out"


def test_a_blind_spot_is_told_once_until_it_could_be_looked_at_again(
    clean: Settings, mailbox: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def explode(*_: object) -> list[object]:
        raise ZeroDivisionError("of dates")

    job = Job("alert", None, "executive", (alert,))
    for is_blind in (True, True, False, True):
        with monkeypatch.context() as patched:
            if is_blind:
                patched.setattr(module, "late_sources", explode)
            assert execute(job, clean, AS_OF).result == "ok"
    assert len([row for row in alerts(clean) if row[0] == "finding_failed"]) == 2
