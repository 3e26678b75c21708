"""What a job is, and how one is run: its steps in their order, every step recorded in portal.job_run.

A step takes a `Run` and gives a `StepResult`; it may be run twice for the same `as_of`. A step that raises ends
the job: the steps after it are not run. One job runs at a time per warehouse (a Postgres advisory lock), so that
two builds never write the same tables; who comes second waits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic
from typing import Literal
from uuid import UUID, uuid4

from rich.console import Console
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.errors import PlumblineError, WarehouseDown
from app.secrets import warehouse_url
from app.settings import Settings

JOB_LOCK = 7_586_200_001
"""The advisory lock that the running job holds."""


@dataclass(frozen=True)
class Run:
    """One run of a job: what its steps are given."""

    run_id: UUID
    as_of: datetime
    settings: Settings
    job: str


@dataclass(frozen=True)
class StepResult:
    """What a step has to say about its work, stored as JSON."""

    detail: Mapping[str, object] = field(default_factory=dict)


Step = Callable[[Run], StepResult]


@dataclass(frozen=True)
class Job:
    """A name, a cron (None: only by hand), an owner, and the steps in their order.

    The cron has five fields and is read in the reporting time zone.
    """

    name: str
    cron: str | None
    owner: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class StepOutcome:
    """How a step went. `error` is None when it went well."""

    step: str
    result: Literal["ok", "failed"]
    seconds: float
    detail: Mapping[str, object]
    error: Exception | None = None

    def payload(self) -> dict[str, object]:
        """Its part of the JSON answer of `plumbline run`."""
        said = told(self.error) if self.error else None
        return {
            "step": self.step,
            "result": self.result,
            "seconds": round(self.seconds, 2),
            "error": said,
            "detail": self.detail,
        }


@dataclass(frozen=True)
class JobOutcome:
    """How a job went; `steps` holds those that were run, in order."""

    run_id: UUID
    job: str
    as_of: datetime
    seconds: float
    steps: tuple[StepOutcome, ...]

    @property
    def error(self) -> Exception | None:
        return next((step.error for step in self.steps if step.error is not None), None)

    @property
    def result(self) -> Literal["ok", "failed"]:
        return "failed" if self.error else "ok"

    def payload(self) -> dict[str, object]:
        """The JSON answer of `plumbline run`."""
        return {
            "job": self.job,
            "run_id": self.run_id,
            "as_of": self.as_of,
            "result": self.result,
            "seconds": round(self.seconds, 2),
            "steps": [step.payload() for step in self.steps],
        }

    def draw(self, console: Console) -> None:
        """The same for people."""
        for step in self.steps:
            console.print(f"{step.seconds:7.1f} s  {step.step}  {step.result}", markup=False)
            if step.error is not None:
                console.print(f"           {told(step.error)}", markup=False)
        console.print(f"{self.job} as of {self.as_of:%Y-%m-%d %H:%M} UTC: {self.result}", markup=False)


def execute(
    job: Job,
    settings: Settings,
    as_of: datetime,
    *,
    on_step: Callable[[str], None] = lambda step: None,
    on_wait: Callable[[], None] = lambda: None,
) -> JobOutcome:
    """Runs the job and records it.

    Args:
        job: what to run.
        settings: of this machine.
        as_of: the business instant its steps speak about.
        on_step: called with the name of each step before it starts.
        on_wait: called once when another job is running and this one has to wait for it.

    Returns:
        The outcome, also when a step failed: the caller decides what a failure means.

    Raises:
        WarehouseDown: the warehouse cannot be reached.
    """
    run = Run(uuid4(), as_of, settings, job.name)
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    started = monotonic()
    with _only_job(engine, on_wait) as connection:
        _end_interrupted(connection)
        outcomes: list[StepOutcome] = []
        with _recorded(connection, run, step="") as whole:
            for step in job.steps:
                on_step(step.__name__)
                outcomes.append(_run_step(connection, run, step))
                if outcomes[-1].error is not None:
                    whole.error = outcomes[-1].error
                    break
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


def _run_step(connection: Connection, run: Run, step: Step) -> StepOutcome:
    started = monotonic()
    with _recorded(connection, run, step.__name__) as record:
        try:
            record.detail = step(run).detail
        except Exception as error:  # a defect of one step is recorded like a deliberate error; the caller sees it
            record.error = error
    seconds = monotonic() - started
    return StepOutcome(step.__name__, "failed" if record.error else "ok", seconds, record.detail, record.error)


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
    record = _Record(error=PlumblineError("The run was broken off before it ended."))
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
                "result": "failed" if record.error else "ok",
                "error": told(record.error) if record.error else None,
                "detail": json.dumps(dict(record.detail), default=str),
            },
        )


def told(error: Exception) -> str:
    """The message of a deliberate error; a defect is named by its class too."""
    return str(error) if isinstance(error, PlumblineError) else f"{type(error).__name__}: {error}"


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
        if not connection.scalar(text("select pg_try_advisory_lock(:lock)"), {"lock": JOB_LOCK}):
            on_wait()
            connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": JOB_LOCK})
        try:
            yield connection
        finally:
            connection.execute(text("select pg_advisory_unlock(:lock)"), {"lock": JOB_LOCK})


def _end_interrupted(connection: Connection) -> None:
    """Ends the rows of runs that were killed: who holds the job lock knows that no other job is running."""
    connection.execute(
        text(
            "update portal.job_run set ended_at = :now, result = 'failed', "
            "error = 'The run was killed before it ended.' where result = 'running'"
        ),
        {"now": wall()},
    )
