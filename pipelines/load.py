"""The load step: every configured source into its raw schema, by `meltano run`, two at a time.

A source that fails is tried again, then recorded as failed; the others load all the same. Whatever is killed in the
middle, the next load finds the bookmarks of what was safely stored and goes on from there.
"""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic
from uuid import uuid4

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool
from tenacity import RetryError, Retrying, retry_if_result, stop_after_attempt, wait_exponential

from app.clock import wall
from app.errors import PlumblineError, SourceDown
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import meltano, plugins
from pipelines.credentials import configured
from pipelines.job import Run, StepResult
from pipelines.process import run_folder
from pipelines.source import Source
from pipelines.sources import all_sources
from pipelines.vanished import refuse_vanished, vanished

SIDE_BY_SIDE = 2
FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 60
log = logging.getLogger(__name__)


@dataclass
class Pull:
    """How the load of one extractor went."""

    extractor: str
    rows: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    error: str | None = None


def load(run: Run) -> StepResult:
    """Loads every configured source. A failed source is told in the result and in portal.load_run, not raised.

    Raises:
        SourceDown: there are sources, and not one of them could be loaded.
        DependencyMissing: the plugins cannot be installed, or the sandbox has no libfaketime.
    """
    settings = run.settings
    names = configured(settings)
    sources = [
        source for source in all_sources().values()
        if source.name in names or (source.reads_files and vanished(settings))
    ]
    engine = create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
    _end_interrupted(engine)
    if sources:
        plugins.install()
        if _has_never_loaded(engine):
            meltano.prepare(settings, run.as_of)
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        pulls = {
            source.name: [pool.submit(_pull, run, engine, source, extractor) for extractor in source.extractors]
            for source in sources
        }
        done = {source.name: _finish(run, engine, source, [p.result() for p in pulls[source.name]])
                for source in sources}
    failed = {name: error for name, error in done.items() if error}
    if failed and len(failed) == len(done):
        raise SourceDown("No source could be loaded. " + " ".join(f"{name}: {error}" for name, error in failed.items()))
    return StepResult({"loaded": [name for name, error in done.items() if not error], "failed": failed})


def _pull(run: Run, engine: Engine, source: Source, extractor: str) -> Pull:
    """Loads one extractor, again and again until it goes well or the tries are used up."""
    started = monotonic()
    pull = Pull(extractor)
    _begin(run, engine, source)
    try:
        with _only_one(run.settings, extractor) as held:
            if source.reads_files:
                refuse_vanished(run.settings)
            _try(run, engine, source, pull, held)
    except PlumblineError as error:
        pull.error = str(error)
    pull.seconds = monotonic() - started
    return pull


def _try(run: Run, engine: Engine, source: Source, pull: Pull, held: int) -> None:
    whole = must_read_whole(source, run.as_of, last_success(engine, source.name))
    retrying = Retrying(
        stop=stop_after_attempt(run.settings.load_retries + 1 if source.may_recover else 1),
        wait=wait_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS),
        retry=retry_if_result(lambda error: error is not None),
    )
    try:
        retrying(_once, run, source, pull, whole, held)
        pull.error = None
    except RetryError as last:
        pull.error = last.last_attempt.result()


def _once(run: Run, source: Source, pull: Pull, whole: bool, held: int) -> str | None:
    """One run, and one more when the first only went on where a broken one had stopped; what went wrong, or None."""
    logs = run.settings.home / "logs" / "loads"
    for _ in range(2):
        code, told = meltano.run(
            run.settings, pull.extractor, source.loader, run_id=uuid4(), now=run.as_of,
            log=logs / f"{run.run_id}-{source.name}.log", whole=whole, held=held,
        )
        for stream, count in told.rows.items():
            pull.rows[stream] = pull.rows.get(stream, 0) + count
        if code:
            log.warning("The load of %s ended with code %s: %s", pull.extractor, code, told.reason)
            return f"{pull.extractor} ended with code {code}: {told.reason}"
        if not told.has_resumed:
            break
    return None


def must_read_whole(source: Source, now: datetime, last: datetime | None) -> bool:
    """Whether the source has forgotten changes since its last success, so that it must be read from its start."""
    if source.forgets_after_days is None or last is None:
        return False
    return now - last > timedelta(days=source.forgets_after_days)


def last_success(engine: Engine, source: str) -> datetime | None:
    """The business instant of the source's last good load."""
    query = "select max(as_of) from portal.load_run where source = :source and stream = '' and result = 'ok'"
    with engine.connect() as connection:
        found: datetime | None = connection.scalar(text(query), {"source": source})
        return found


@contextmanager
def _only_one(settings: Settings, extractor: str) -> Iterator[int]:
    """Holds the extractor's lock and gives its descriptor, which the run inherits: a run whose parent was killed
    still holds it, and whoever comes next waits for it instead of writing beside it.
    """
    descriptor = os.open(run_folder(settings) / f"load-{extractor}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)


def _begin(run: Run, engine: Engine, source: Source) -> None:
    """The source's own row of portal.load_run, made by the first of its extractors."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into portal.load_run (run_id, source, stream, started_at, result, as_of) "
                "values (:run_id, :source, '', :now, 'running', :as_of) on conflict do nothing"
            ),
            {"run_id": run.run_id, "source": source.name, "now": wall(), "as_of": run.as_of},
        )


def _finish(run: Run, engine: Engine, source: Source, pulls: Sequence[Pull]) -> str | None:
    """Records the source and its streams; what went wrong, or None."""
    error = " ".join(pull.error for pull in pulls if pull.error) or None
    now = wall()
    streams: list[Mapping[str, object]] = [
        {"stream": stream, "count": count, "seconds": pull.seconds, "error": pull.error}
        for pull in pulls for stream, count in sorted(pull.rows.items())
    ]
    with engine.begin() as connection:
        connection.execute(
            text(
                "update portal.load_run set ended_at = :now, result = :result, error = :error, row_count = :count, "
                "seconds = extract(epoch from :now - started_at) "
                "where run_id = :run_id and source = :source and stream = ''"
            ),
            {"now": now, "result": "failed" if error else "ok", "error": error, "run_id": run.run_id,
             "count": sum(sum(pull.rows.values()) for pull in pulls), "source": source.name},
        )
        for stream in streams:
            connection.execute(text(_STREAM), dict(stream) | {
                "run_id": run.run_id, "source": source.name, "as_of": run.as_of, "now": now,
                "started": now - timedelta(seconds=float(str(stream["seconds"]))),
                "result": "failed" if stream["error"] else "ok",
            })
    return error


_STREAM = """
insert into portal.load_run (run_id, source, stream, started_at, ended_at, row_count, seconds, result, error, as_of)
values (:run_id, :source, :stream, :started, :now, :count, :seconds, :result, :error, :as_of)
"""


def _has_never_loaded(engine: Engine) -> bool:
    query = "select exists (select from portal.load_run where stream = '' and result = 'ok')"
    with engine.connect() as connection:
        return not connection.scalar(text(query))


def _end_interrupted(engine: Engine) -> None:
    """Ends the rows of loads that were killed: jobs run one at a time, so none of them can still be running."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "update portal.load_run set ended_at = :now, result = 'failed', "
                "error = 'The load was killed before it ended.' where result = 'running'"
            ),
            {"now": wall()},
        )
