"""The load step: every source that is due into its raw schema, some side by side.

A source that fails is tried again, then recorded as failed; the others load all the same.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.errors import PlumblineError, SettingsError, SourceDown
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import meltano, plugins, stream_states
from pipelines.backfill import Backfill, begin, finish, unfinished
from pipelines.credentials import configured, kept, refuse_wrong
from pipelines.dropped_files import Found, note_found, note_loaded
from pipelines.job import Run, StepResult
from pipelines.load_log import forget_old_logs
from pipelines.load_record import (
    CLOCK_SLACK,
    LoadRecord,
    Pull,
    end_killed,
    last_loaded,
    last_success,
    note_sources,
    noted_sources,
    set_right,
)
from pipelines.pull import Order, is_busy, pull
from pipelines.source import MINUTES, Source
from pipelines.sources import all_sources
from pipelines.vanished import refuse_vanished, vanished

SLACK = timedelta(seconds=90)
"""So much before its time a source counts as due, so that a job which starts every five minutes finds it so."""


@dataclass(frozen=True)
class Loaded:
    """What a load did, by names of sources; `failed` says why, `faults` what is wrong with sources.json beside them."""

    loaded: Sequence[str]
    failed: Mapping[str, str]
    paused: Sequence[str]
    busy: Sequence[str]
    faults: Sequence[str] = ()

    def step(self) -> StepResult:
        """As the outcome of a job's step.

        Raises:
            SourceDown: there were sources, and not one of them could be loaded.
        """
        if self.failed and not self.loaded:
            reasons = " ".join(f"{name}: {error}" for name, error in self.failed.items())
            raise SourceDown(f"No source could be loaded. {reasons}")
        found: dict[str, object] = {"loaded": list(self.loaded), "failed": dict(self.failed)}
        left_out = {"paused": list(self.paused), "busy": list(self.busy)}
        error = SettingsError(" ".join(self.faults)) if self.faults else None
        return StepResult(found | {name: names for name, names in left_out.items() if names}, error)


def load(run: Run) -> StepResult:
    """Loads every configured source; into an empty warehouse those alone that come every few minutes.

    People see their figures after these; `load_due` brings the rest, which has never been loaded and so is due.

    Raises:
        as `load_all`.
    """
    sources = configured_sources(run.settings)
    critical = [one for one in sources if one.cadence == "critical"]
    is_first = not last_loaded(_engine(run.settings))
    return load_sources(run, critical if is_first and critical else sources).step()


def load_all(run: Run) -> StepResult:
    """Loads every configured source that is not paused. A failed one is told in the result, not raised.

    Raises:
        SourceDown: there are sources, and not one of them could be loaded.
        DependencyMissing: the plugins cannot be installed, or the sandbox has no libfaketime.
    """
    return load_sources(run, configured_sources(run.settings)).step()


def load_due(run: Run) -> StepResult:
    """As `load_all`, but only the sources whose last good load is as old as their cadence says."""
    last, now = last_loaded(_engine(run.settings)), wall()
    due = [one for one in configured_sources(run.settings) if is_due(one, last.get(one.name), now)]
    return load_sources(run, due).step()


def is_due(source: Source, last: datetime | None, now: datetime) -> bool:
    """Whether the source's last good load (by the wall's clock) is as old as its cadence says, or yet to come."""
    return last is None or last - now > CLOCK_SLACK or now - last >= timedelta(minutes=MINUTES[source.cadence]) - SLACK


def load_sources(run: Run, sources: Sequence[Source]) -> Loaded:
    """Loads these sources, but for those that are paused, or being loaded by somebody else.

    Raises:
        DependencyMissing: the plugins cannot be installed, or the sandbox has no libfaketime.
    """
    engine = _engine(run.settings)
    note_sources(engine, all_sources().values(), _connected(run.settings))
    paused = {one.name for one in sources} & paused_sources(engine)
    busy = {one.name for one in sources if any(is_busy(run.settings, each) for each in one.extractors)}
    chosen = [one for one in sources if one.name not in paused | busy]
    if chosen:
        forget_old_logs(run.settings)
        plugins.install()
        if not last_loaded(engine):
            meltano.prepare(run.settings, run.as_of)
    failed = _Load(run, engine).load(chosen)
    loaded = [one.name for one in chosen if one.name not in failed]
    return Loaded(loaded, failed, sorted(paused), sorted(busy - paused), kept(run.settings).strays)


class _Load:
    """One run of the load: gives out the extractors, and records each source as soon as the last of its own is in."""

    def __init__(self, run: Run, engine: Engine) -> None:
        self._run = run
        self._engine = engine
        self._record = LoadRecord(engine, run.run_id, run.as_of)
        self._known = last_loaded(engine)
        self._lock = Lock()
        self._done: dict[str, list[Pull]] = {}
        self._failed: dict[str, str] = {}
        self._found = Found({})
        self._stopping = Event()

    def load(self, sources: Sequence[Source]) -> dict[str, str]:
        """Loads them; what went wrong, by source in their order. Asked to stop, it ends what it has started."""
        orders = [order for source in sources for order in self._orders(source)]
        count = self._run.settings.loads_side_by_side
        with ThreadPoolExecutor(count) as pool:
            lanes = in_lanes(orders, {source.name for source in sources} - self._known.keys(), count)
            runs = [pool.submit(pull, self._run, self._engine, lane, self._take, self._stopping) for lane in lanes]
            with self._stopped(runs):
                for ended in runs:
                    ended.result()
        return {source.name: self._failed[source.name] for source in sources if source.name in self._failed}

    @contextmanager
    def _stopped(self, runs: Sequence[Future[None]]) -> Iterator[None]:
        """Breaks the runs off when this process is asked to stop: threads hear of no signal."""
        try:
            yield
        except KeyboardInterrupt:
            self._stopping.set()
            for each in runs:
                each.cancel()
            wait(runs)
            self._record.break_off()
            raise

    def _orders(self, source: Source) -> Iterator[Order]:
        """What to load of a source; none where it is refused before anything is started."""
        log = self._run.settings.home / "logs" / "loads" / f"{self._run.run_id}-{source.name}.log"
        end_killed(self._engine, source.name)
        backfill = self._backfill(source)
        is_long = backfill is not None or source.name not in self._known
        self._record.begin(source, is_full=backfill is not None, log=log.name)
        try:
            refuse_wrong(self._run.settings, source)
            if source.reads_files:
                self._found = note_found(self._run.settings, self._engine)
                refuse_vanished(self._run.settings)
        except PlumblineError as error:
            self._finish(source, [Pull(source.extractors[0], error=str(error))])
            return
        for extractor in source.extractors:
            yield Order(source, extractor, log, self._changed(source, backfill), backfill is not None, is_long)

    def _changed(self, source: Source, backfill: Backfill | None) -> Mapping[str, str]:
        """What to set in the environment of its extractors for this load."""
        if backfill:
            return backfill.changed(source)
        last = last_success(self._engine, source.name)
        return source.reads_again.after(self._run.as_of - last) if source.reads_again and last else {}

    def _backfill(self, source: Source) -> Backfill | None:
        """The full load that is under way, one that is due by now included."""
        was_ahead = set_right(self._engine, source.name, self._run.as_of)
        last = last_success(self._engine, source.name)
        if (was_ahead and source.marks_now) or must_read_whole(source, self._run.as_of, last):
            begin(self._engine, self._run.settings, source, None)
        return unfinished(self._engine, source)

    def _take(self, order: Order, pulled: Pull) -> None:
        """An extractor is done."""
        with self._lock:
            pulls = self._done.setdefault(order.source.name, [])
            pulls.append(pulled)
            if len(pulls) == len(order.source.extractors):
                self._finish(order.source, pulls)

    def _finish(self, source: Source, pulls: Sequence[Pull]) -> None:
        since = self._record.started(source)
        error = self._record.finish(source, pulls)
        if error:
            self._failed[source.name] = error
        else:
            finish(self._engine, source, since)
            if source.reads_files:
                note_loaded(self._run.settings, self._engine, self._found)
        stream_states.look(self._run.settings, self._engine, source, pulls, since)


def in_lanes(orders: Sequence[Order], first: Container[str], count: int) -> list[list[Order]]:
    """Groups orders into runs of Meltano.

    Starting Meltano and its plugins costs more than most increments take: those share `count` runs. What is loaded for
    the first time takes long and has one of its own.

    Args:
        orders: heaviest first.
        first: the names of the sources that have never been loaded.
        count: how many runs go side by side.
    """
    alone = [[order] for order in orders if order.source.name in first]
    others = [order for order in orders if order.source.name not in first]
    shared = [others[start::count] for start in range(count)]
    return [*alone, *(lane for lane in shared if lane)]


def must_read_whole(source: Source, now: datetime, last: datetime | None) -> bool:
    """Whether the source has forgotten changes since its last success, so that it must be read from its start."""
    if source.forgets_after_days is None or last is None:
        return False
    return now - last > timedelta(days=source.forgets_after_days)


def paused_sources(engine: Engine) -> set[str]:
    """The names of the sources that somebody has paused."""
    with engine.connect() as connection:
        return set(connection.scalars(text("select source from portal.source_pause")))


def configured_sources(settings: Settings) -> list[Source]:
    """The sources to load, heaviest first. Those whose credentials are wrong, and files that have vanished, are among
    them: they are missed, and their load says why.
    """
    names = _connected(settings)
    return [one for one in all_sources().values() if one.name in names or (one.reads_files and vanished(settings))]


def _connected(settings: Settings) -> set[str]:
    """The names of the sources with credentials, right or wrong; as known last where nobody can read them."""
    found = kept(settings)
    known = noted_sources(_engine(settings)) if found.unreadable else set()
    return {*configured(settings), *found.wrong_sources, *(name for name in known if all_sources()[name].credentials)}


def _engine(settings: Settings) -> Engine:
    return create_engine(warehouse_url(settings, "plumbline_worker"), poolclass=NullPool)
