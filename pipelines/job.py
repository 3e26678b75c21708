"""What a job is, and how one is run: its steps in their order, every step recorded in portal.job_run.

A step takes a `Run` and gives a `StepResult`; it may be run twice for the same `as_of`. A step that fails makes the
job fail, but only the steps that need it are skipped: the others are run on what is there, so that checks and alerts
speak just when something broke. One job runs at a time per warehouse (a Postgres advisory lock), so that two builds
never write the same tables; who comes second waits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from uuid import UUID, uuid4

from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.errors import PlumblineError, SettingsError, WarehouseDown
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.job_outcome import JobOutcome, Result, StepOutcome, told
from pipelines.turns import lock_warehouse

BROKEN_OFF = "The run was broken off before it ended."
"""What is recorded of a run that somebody asked to stop."""
JOB_LOCK = 7_586_200_001
"""The advisory lock that the running job holds."""


@dataclass(frozen=True)
class Run:
    """One run of a job: what its steps are given. `is_now`: it speaks about the present."""

    run_id: UUID
    as_of: datetime
    settings: Settings
    job: str
    is_now: bool = False


@dataclass(frozen=True)
class StepResult:
    """What a step has to say about its work.

    Attributes:
        detail: stored as JSON.
        error: set by a step that did all it could and yet fell short: it has failed, and its detail is kept.
    """

    detail: Mapping[str, object] = field(default_factory=dict)
    error: PlumblineError | None = None


Step = Callable[[Run], StepResult]


@dataclass(frozen=True)
class Job:
    """A name, a cron (None: only by hand), an owner, and the steps in their order.

    The cron has five fields and is read in the reporting time zone. `needs` names, for a step, those without which it
    is skipped; a step that is not in it is run whatever happened before.
    """

    name: str
    cron: str | None
    owner: str
    steps: tuple[Step, ...]
    needs: Mapping[Step, tuple[Step, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuses needs that can never be met.

        Raises:
            SettingsError: a step needs one that does not come before it in this job.
        """
        for step, needed in self.needs.items():
            before = self.steps[: self.steps.index(step)] if step in self.steps else ()
            for each in needed:
                if each not in before:
                    raise SettingsError(
                        f"The job {self.name} says that {step.__name__} needs {each.__name__}. Found the steps "
                        f"{', '.join(one.__name__ for one in self.steps)}; expected both, {each.__name__} before "
                        f"{step.__name__}. Mend needs= in pipelines/jobs/{self.name}.py."
                    )


def execute(
    job: Job,
    settings: Settings,
    as_of: datetime,
    *,
    is_now: bool = False,
    on_step: Callable[[str], None] = lambda step: None,
    on_wait: Callable[[], None] = lambda: None,
) -> JobOutcome:
    """Runs the job and records it.

    Args:
        job: what to run.
        settings: of this machine.
        as_of: the business instant its steps speak about.
        is_now: whether that is the present, rather than one that was asked for.
        on_step: called with the name of each step before it starts.
        on_wait: called once when another job is running and this one has to wait for it.

    Returns:
        The outcome, also when a step failed: the caller decides what a failure means.

    Raises:
        WarehouseDown: the warehouse cannot be reached, or was lost on the way.
    """
    run = Run(uuid4(), as_of, settings, job.name, is_now)
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    started = monotonic()
    with _only_job(engine, on_wait) as connection:
        _end_interrupted(connection)
        outcomes: list[StepOutcome] = []
        with _recorded(connection, run, step="") as whole:
            for step in job.steps:
                lacks = _lacks(job.needs.get(step, ()), outcomes)
                if lacks:
                    outcomes.append(_skip(connection, run, step, lacks))
                    continue
                on_step(step.__name__)
                outcomes.append(_run_step(connection, run, step))
                whole.error = whole.error or outcomes[-1].error
    return JobOutcome(run.run_id, job.name, as_of, monotonic() - started, tuple(outcomes))


def end_interrupted(settings: Settings) -> None:
    """Marks runs that were killed as failed, unless a job is running right now."""
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    with engine.begin() as connection:
        if connection.scalar(text("select pg_try_advisory_xact_lock(:lock)"), {"lock": JOB_LOCK}):
            _end_interrupted(connection)


@dataclass
class _Record:
    """What is written when the recorded stretch ends."""

    detail: Mapping[str, object] = field(default_factory=dict)
    error: Exception | None = None
    skipped: str | None = None

    @property
    def result(self) -> Result:
        return "failed" if self.error else ("skipped" if self.skipped else "ok")

    @property
    def said(self) -> str | None:
        """What went wrong or why it was skipped, as Postgres can keep it (no NUL)."""
        said = told(self.error) if self.error else self.skipped
        return said and said.replace("\x00", "\ufffd")


def _run_step(connection: Connection, run: Run, step: Step) -> StepOutcome:
    started = monotonic()
    with _recorded(connection, run, step.__name__) as record:
        try:
            found = step(run)
            record.detail, record.error = found.detail, found.error
        except Exception as error:  # a defect of one step is recorded like a deliberate error; the caller sees it
            record.error = error
    seconds = monotonic() - started
    return StepOutcome(step.__name__, "failed" if record.error else "ok", seconds, record.detail, record.error)


def _lacks(needed: tuple[Step, ...], outcomes: Sequence[StepOutcome]) -> list[str]:
    """Which of the needed steps have not gone well, each with its result."""
    names = {step.__name__ for step in needed}
    return [f"{each.step} {each.result}" for each in outcomes if each.step in names and each.result != "ok"]


def _skip(connection: Connection, run: Run, step: Step, lacks: Sequence[str]) -> StepOutcome:
    """Records a step that cannot be run, and why."""
    reason = f"Skipped, because it needs what was not done: {', '.join(lacks)}."
    with _recorded(connection, run, step.__name__) as record:
        record.skipped = reason
    return StepOutcome(step.__name__, "skipped", 0.0, reason=reason)


@contextmanager
def _recorded(connection: Connection, run: Run, step: str) -> Iterator[_Record]:
    """A row of portal.job_run from 'running' to its end, also when the stretch is broken off (Ctrl-C)."""
    key = {"run_id": run.run_id, "step": step}
    connection.execute(
        text(
            "insert into portal.job_run (run_id, job, step, started_at, result, as_of, detail) "
            "values (:run_id, :job, :step, :started_at, 'running', :as_of, '{}')"
        ),
        key | {"job": run.job, "started_at": wall(), "as_of": run.as_of},
    )
    record = _Record(error=PlumblineError(BROKEN_OFF))
    try:
        fresh = _Record()
        yield fresh
        record = fresh
    finally:
        connection.execute(
            text(
                "update portal.job_run set ended_at = :ended_at, result = :result, error = :error, "
                "detail = cast(:detail as jsonb) where run_id = :run_id and step = :step"
            ),
            key
            | {
                "ended_at": wall(),
                "result": record.result,
                "error": record.said,
                "detail": json.dumps(dict(record.detail), default=str).replace("\\u0000", "\ufffd"),
            },
        )


@contextmanager
def _only_job(engine: Engine, on_wait: Callable[[], None]) -> Iterator[Connection]:
    """A connection that holds the job lock; waits for a job that is running."""
    try:
        opened = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    except OperationalError as error:
        raise WarehouseDown(
            f"The warehouse cannot be reached: {error.orig}. Expected a Postgres that answers. "
            "Start it with `plumbline up`, or see `plumbline doctor`."
        ) from None
    with opened as connection:
        lock_warehouse(connection, JOB_LOCK, on_wait)
        try:
            yield connection
            connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": JOB_LOCK})
        except SQLAlchemyError:  # steps keep their errors to themselves: this is the record's own connection
            if not connection.invalidated:
                raise
            raise WarehouseDown(
                "The warehouse was lost while the job ran, so how it went could not be recorded. Expected a Postgres "
                "that answers to the end. Run the job again when it does; the next run marks this one as failed."
            ) from None


def _end_interrupted(connection: Connection) -> None:
    """Ends the rows of runs that were killed: who holds the job lock knows that no other job is running."""
    connection.execute(
        text(
            "update portal.job_run set ended_at = :now, result = 'failed', "
            "error = 'The run was killed before it ended.' where result = 'running'"
        ),
        {"now": wall()},
    )
