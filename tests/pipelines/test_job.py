"""Jobs: steps in their order, every run recorded, one at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from io import StringIO
from threading import Event, Thread

import pytest
from rich.console import Console
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.errors import FellShort, SettingsError, WarehouseDown
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import jobs
from pipelines.job import Job, JobOutcome, Run, Step, StepResult, _only_job, execute
from pipelines.runs import LAST_JOBS, SOURCES, Row, read, running_step

AS_OF = datetime(2026, 11, 22, 11, tzinfo=UTC)


def gather(run: Run) -> StepResult:
    return StepResult({"rows": 3, "at": run.as_of})


def stumble(run: Run) -> StepResult:
    raise FellShort("The thing is not as promised.")


def break_down(run: Run) -> StepResult:
    raise ZeroDivisionError("a defect")


def finish(run: Run) -> StepResult:
    return StepResult()


def rows_of(settings: Settings, outcome: JobOutcome) -> Sequence[tuple[object, ...]]:
    engine = create_engine(warehouse_url(settings), poolclass=NullPool)
    query = "select step, result, error, detail from portal.job_run where run_id = :run order by started_at, step"
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query), {"run": outcome.run_id})]


def test_steps_run_in_their_order_and_are_recorded(migrated: Settings) -> None:
    seen: list[str] = []
    outcome = execute(Job("test", None, "engineer", (gather, finish)), migrated, AS_OF, on_step=seen.append)
    assert seen == ["gather", "finish"]
    assert outcome.result == "ok"
    assert rows_of(migrated, outcome) == [
        ("", "ok", None, {}),
        ("gather", "ok", None, {"rows": 3, "at": "2026-11-22 11:00:00+00:00"}),
        ("finish", "ok", None, {}),
    ]


@pytest.mark.parametrize(
    ("step", "said"),
    [(stumble, "The thing is not as promised."), (break_down, "ZeroDivisionError: a defect")],
    ids=["a deliberate error is recorded as it reads", "a defect is recorded with its class"],
)
def test_the_steps_after_a_failed_one_are_run_and_the_job_has_failed(
    migrated: Settings, step: Step, said: str
) -> None:
    outcome = execute(Job("test", None, "engineer", (gather, step, finish)), migrated, AS_OF)
    assert outcome.result == "failed"
    assert [(row[0], row[1], row[2]) for row in rows_of(migrated, outcome)] == [
        ("", "failed", said),
        ("gather", "ok", None),
        (step.__name__, "failed", said),
        ("finish", "ok", None),
    ]


def test_what_needs_a_failed_step_is_skipped_and_says_why(migrated: Settings) -> None:
    """`gather` needs the failed one, `look` needs `gather`; `finish` needs nothing and is run."""

    def look(run: Run) -> StepResult:
        raise AssertionError("is never run")

    seen: list[str] = []
    needs = {gather: (stumble,), look: (gather,)}
    job = Job("test", None, "engineer", (stumble, gather, look, finish), needs)
    outcome = execute(job, migrated, AS_OF, on_step=seen.append)
    assert seen == ["stumble", "finish"]
    assert outcome.result == "failed"
    assert [row[:3] for row in rows_of(migrated, outcome)] == [
        ("", "failed", "The thing is not as promised."),
        ("stumble", "failed", "The thing is not as promised."),
        ("gather", "skipped", "Skipped, because it needs what was not done: stumble failed."),
        ("look", "skipped", "Skipped, because it needs what was not done: gather skipped."),
        ("finish", "ok", None),
    ]
    steps = [(step["step"], step["result"], step["error"]) for step in outcome.payload()["steps"]]  # type: ignore[attr-defined]
    assert steps == [tuple(row[:3]) for row in rows_of(migrated, outcome)[1:]]


def test_people_read_what_was_skipped_and_why(migrated: Settings) -> None:
    told = Console(record=True, width=200, file=StringIO())
    execute(Job("test", None, "engineer", (stumble, gather), {gather: (stumble,)}), migrated, AS_OF).draw(told)
    text_of = told.export_text()
    assert "gather  skipped\n           Skipped, because it needs what was not done: stumble failed." in text_of
    assert text_of.endswith("test as of 2026-11-22 11:00 UTC: failed\n")


def test_a_step_that_fell_short_after_all_it_could_do_keeps_its_detail(migrated: Settings) -> None:
    def tell(run: Run) -> StepResult:
        return StepResult({"told": 1, "odd": "a\x00b"}, FellShort("One of two was told."))

    outcome = execute(Job("test", None, "engineer", (tell,)), migrated, AS_OF)
    assert outcome.result == "failed"
    assert rows_of(migrated, outcome)[1] == (
        "tell", "failed", "One of two was told.", {"told": 1, "odd": "a\ufffdb"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("steps", "needs"),
    [
        pytest.param((gather,), {gather: (finish,)}, id="a step that is not in the job"),
        pytest.param((gather, finish), {gather: (finish,)}, id="a step that comes later"),
        pytest.param((finish,), {gather: (finish,)}, id="needs of a step that is not in the job"),
    ],
)
def test_needs_that_can_never_be_met_are_refused(
    steps: tuple[Step, ...], needs: dict[Step, tuple[Step, ...]]
) -> None:
    with pytest.raises(SettingsError, match="gather needs finish"):
        Job("test", None, "engineer", steps, needs)


def test_a_warehouse_lost_on_the_way_is_said(migrated: Settings) -> None:
    def cut(run: Run) -> StepResult:
        engine = create_engine(warehouse_url(migrated), poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(
                text("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'plumbline_worker'")
            )
        return StepResult()

    with pytest.raises(WarehouseDown, match="lost while the job ran"):
        execute(Job("cut", None, "engineer", (cut,)), migrated, AS_OF)


def test_an_interrupted_run_is_recorded_and_ends_the_program(migrated: Settings) -> None:
    def interrupt(run: Run) -> StepResult:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(Job("interrupted", None, "engineer", (interrupt,)), migrated, AS_OF)
    engine = create_engine(warehouse_url(migrated), poolclass=NullPool)
    with engine.connect() as connection:
        found = connection.execute(text("select distinct result, error from portal.job_run where job = 'interrupted'"))
        assert found.all() == [("failed", "The run was broken off before it ended.")]


def test_a_killed_run_is_marked_by_the_next(migrated: Settings) -> None:
    engine = create_engine(warehouse_url(migrated), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into portal.job_run (run_id, job, step, started_at, result, as_of) "
                "values (gen_random_uuid(), 'killed', 'load', now(), 'running', now())"
            )
        )
    assert running_step(migrated) is None, "nothing runs that holds no lock"
    execute(Job("test", None, "engineer", (finish,)), migrated, AS_OF)
    with engine.connect() as connection:
        found = connection.execute(text("select result, error from portal.job_run where job = 'killed'")).one()
    assert found == ("failed", "The run was killed before it ended.")


def test_what_was_killed_is_told_as_failed_before_anything_else_runs(migrated: Settings) -> None:
    values = "(run_id, {}, started_at, result, as_of) values (gen_random_uuid(), {}, now(), 'running', now())"
    engine = create_engine(warehouse_url(migrated), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("insert into portal.job_run " + values.format("job, step", "'lost', ''")))
        connection.execute(text("insert into portal.load_run " + values.format("source, stream", "'lost', ''")))

    def told() -> list[object]:
        jobs = [row for row in read(migrated, LAST_JOBS) if row["job"] == "lost"]
        return [(row["result"], row["error"]) for row in (*jobs, *read(migrated, SOURCES)) if "lost" in row.values()]

    with _only_job(engine, lambda: None):
        while_held = told()
    unheld = told()
    with engine.begin() as connection:
        connection.execute(text("delete from portal.job_run where job = 'lost'"))
        connection.execute(text("delete from portal.load_run where source = 'lost'"))
    assert while_held == [("running", None), ("running", None)], "whoever holds the lock may be what runs"
    assert unheld == [
        ("failed", "The run was killed before it ended."), ("failed", "The load was killed before it ended.")
    ]  # fmt: skip


def test_a_second_job_waits_for_the_first(migrated: Settings) -> None:
    order: list[str] = []
    at: list[Row | None] = []
    inside, may_end, waits = Event(), Event(), Event()

    def slow(run: Run) -> StepResult:
        at.append(running_step(run.settings))
        inside.set()
        assert may_end.wait(120)
        order.append("first")
        return StepResult()

    def quick(run: Run) -> StepResult:
        order.append("second")
        return StepResult()

    first = Thread(target=execute, args=(Job("first", None, "engineer", (slow,)), migrated, AS_OF))
    second = Thread(
        target=execute,
        args=(Job("second", None, "engineer", (quick,)), migrated, AS_OF),
        kwargs={"on_wait": waits.set},
    )
    first.start()
    assert inside.wait(120)
    second.start()
    assert waits.wait(120)
    may_end.set()
    first.join()
    second.join()
    assert order == ["first", "second"]
    assert at[0] is not None
    assert (at[0]["job"], at[0]["step"]) == ("first", "slow")


def test_every_file_of_the_folder_is_a_job() -> None:
    found = jobs.all_jobs()
    assert {"load", "build", "check", "forecast", "detect", "alert", "report", "refresh"} <= set(found)
    assert [step.__name__ for step in found["refresh"].steps] == [
        "load", "build", "remember", "check", "forecast", "detect", "health", "alert", "report", "compare_board",
        "document",
    ]  # fmt: skip
    for name in ("refresh", "keep_fresh"):
        needs = {step.__name__: [each.__name__ for each in needed] for step, needed in found[name].needs.items()}
        assert needs["detect"] == ["build"]
        assert {tuple(needed) for needed in needs.values()} == {("build",)}
    assert all(job.name == name and job.steps for name, job in found.items())


def test_a_file_without_its_job_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.jobs import load

    monkeypatch.setattr(load, "JOB", Job("lode", None, "engineer", ()))
    with pytest.raises(SettingsError, match=r"pipelines/jobs/load\.py.*'lode'"):
        jobs.read_job("load")
