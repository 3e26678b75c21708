"""`plumbline load`: sources by their names, whole or from where they stand, with what is seen of it on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from threading import Event, Thread
from time import monotonic
from typing import TYPE_CHECKING

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from app.counting import counted
from app.errors import SettingsError, UsageError
from app.manner import parted
from app.secrets import warehouse_url
from pipelines import stream_states
from pipelines.backfill import begin, start_variable, unfinished
from pipelines.credentials import kept
from pipelines.job import Run
from pipelines.load import configured_sources, load_sources, paused_sources
from pipelines.load_record import LOAD_LOCK, last_success
from pipelines.pull import is_busy
from pipelines.source import Source
from pipelines.sources import all_sources

if TYPE_CHECKING:
    from rich.console import Console

TOLD_EVERY_SECONDS = 5.0
WRITTEN = text(
    "select coalesce(sum(n_tup_ins + n_tup_upd), 0)::bigint from pg_stat_user_tables where schemaname = any(:schemas)"
)
LAST_FULL = text(
    """
    select coalesce(sum(row_count), 0)::bigint from (
        select distinct on (source) row_count from portal.load_run
        where stream = '' and result = 'ok' and source = any(:sources)
        order by source, row_count desc
    ) as largest
    """
)


@dataclass(frozen=True)
class LoadOutcome:
    """What a load did; `failed` is source → why, `left_out` source → why it was not loaded."""

    loaded: Sequence[str]
    failed: Mapping[str, str]
    left_out: Mapping[str, str]
    rows: int
    seconds: float

    def payload(self) -> dict[str, object]:
        return {"loaded": list(self.loaded), "failed": dict(self.failed), "left_out": dict(self.left_out),
                "rows": self.rows, "seconds": round(self.seconds, 2)}

    def draw(self, console: Console) -> None:
        """One line per source."""
        for name in self.loaded:
            console.print(f"✓ {name}", markup=False)
        for name, why in {**self.failed, **self.left_out}.items():
            console.print(f"✗ {name}: {why}", markup=False)
        if not (self.loaded or self.failed or self.left_out):
            console.print("Nothing to load: no source is connected, or all are paused. See `plumbline sources`.")
        console.print(f"{counted(self.rows, 'row')} written in {self.seconds:.0f} s", markup=False)


def load_now(
    run: Run, names: Sequence[str], *, is_full: bool, since: datetime | None, anew: bool, say: Callable[[str], None]
) -> LoadOutcome:
    """Loads sources whatever their turn.

    Args:
        run: whose settings and instant.
        names: of the sources; all that are connected where there is none.
        is_full: whether to read them anew; one that was cut is gone on with.
        since: with `is_full`, from when on.
        anew: with `is_full`, whether to begin again even if one was cut.
        say: told how far it is, every few seconds.

    Raises:
        UsageError: a source is not connected or paused; or it cannot be read from `since` on, and then none is begun.
        SettingsError: nobody can read which sources are connected.
        DependencyMissing: the plugins cannot be installed.
    """
    engine = create_engine(warehouse_url(run.settings, "plumbline_worker"), poolclass=NullPool)
    sources = _chosen(run, engine, names)
    for fault in kept(run.settings).strays:
        say(fault)
    if is_full and since is not None:
        _refuse_gaps(run, engine, sources, since)
    for source in sources:
        # One that is being loaded would store its bookmarks over what is begun, and end it as done.
        if any(is_busy(run.settings, extractor) for extractor in source.extractors):
            continue
        back = stream_states.take_back(engine, source)
        if is_full:
            _begin(run, engine, source, since, anew, say)
        elif missed := [stream.name for stream in source.streams if stream.along and stream.name in back]:
            say(f"{source.name}: read anew, since {missed[0]} was set aside and has no bookmark of its own")
            begin(engine, run.settings, source, None)
    started = monotonic()
    with _seen_to_run(engine), _Watch(engine, sources, is_full, say) as watch:
        done = load_sources(run, sources)
    if watch.rows:
        _announce(engine, done.loaded)
    busy = dict.fromkeys(done.busy, "It is being loaded already.")
    return LoadOutcome(done.loaded, done.failed, busy, watch.rows, monotonic() - started)


@contextmanager
def _seen_to_run(engine: Engine) -> Iterator[None]:
    """Who asks meanwhile can tell that a load runs: a job has its own lock for that."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("select pg_advisory_lock_shared(:lock)"), {"lock": LOAD_LOCK})
        yield


def _announce(engine: Engine, sources: Sequence[str]) -> None:
    """Tells who works figures out at once. A job need not: its load is followed by a build of the whole."""
    with engine.begin() as connection:
        for source in sources:
            connection.execute(text("select pg_notify('plumbline_raw', :source)"), {"source": source})


def _chosen(run: Run, engine: Engine, names: Sequence[str]) -> list[Source]:
    connected = {source.name: source for source in configured_sources(run.settings)}
    missing = [name for name in names if name not in connected]
    if missing and (unreadable := kept(run.settings).unreadable):
        raise SettingsError(unreadable)
    if missing:
        do = f"Put one of its files into {run.settings.files}."
        if all_sources()[missing[0]].credentials:
            do = f"Run `plumbline connect {missing[0]}`."
        raise UsageError(
            f"The source {missing[0]!r} is not connected. Expected one of: "
            f"{', '.join(sorted(connected)) or 'none yet'}. {do}"
        )
    paused = paused_sources(engine)
    if named := [name for name in names if name in paused]:
        raise UsageError(
            f"The source {named[0]!r} is paused. Expected one that may be loaded. Run `plumbline source resume "
            f"{named[0]}` first."
        )
    return [source for name, source in connected.items() if name in (names or connected) and name not in paused]


def _refuse_gaps(run: Run, engine: Engine, sources: Sequence[Source], since: datetime) -> None:
    """Refuses an instant that a source cannot be read from, before the bookmarks of any are forgotten.

    Raises:
        UsageError: one has no start, or was last loaded before `since`: what changed in between would never come.
    """
    for source in sources:
        if not source.credentials:
            continue
        start_variable(source)
        last = last_success(engine, source.name)
        if since > (last or run.as_of):
            known = f"it was last loaded as of {last:%Y-%m-%d %H:%M} UTC" if last else "that is ahead of the clock"
            raise UsageError(
                f"{source.label} cannot be read from {since:%Y-%m-%d %H:%M} UTC on: {known}, and what changed before "
                "--since would never come. Expected an earlier one. Leave out --full to go on where the last stopped."
            )


def _begin(
    run: Run, engine: Engine, source: Source, since: datetime | None, anew: bool, say: Callable[[str], None]
) -> None:
    cut = unfinished(engine, source)
    if cut is not None and not anew and cut.since == since:
        say(f"{source.name}: going on with the full load that was begun at {cut.started_at:%Y-%m-%d %H:%M} UTC")
        return
    begin(engine, run.settings, source, since if source.credentials else None)


class _Watch:
    """Tells every few seconds how many rows were written, how fast, and how long the rest may take.

    Postgres counts what it writes; how many a full load will bring is taken from the largest load so far.
    """

    def __init__(
        self, engine: Engine, sources: Sequence[Source], is_full: bool, say: Callable[[str], None]
    ) -> None:
        self._engine = engine
        self._is_full = is_full
        self._schemas = [source.schema for source in sources]
        self._names = [source.name for source in sources]
        self._say = say
        self._stop = Event()
        self._thread = Thread(target=self._tell, daemon=True)
        self._before = 0
        self.rows = 0

    def __enter__(self) -> _Watch:
        self._before = self._written()
        self._thread.start()
        return self

    def __exit__(self, *ended: object) -> None:
        self._stop.set()
        self._thread.join()
        self.rows = max(0, self._written() - self._before)

    def _written(self) -> int:
        with self._engine.connect() as connection:
            return int(connection.scalar(WRITTEN, {"schemas": self._schemas}) or 0)

    def _tell(self) -> None:
        total = 0
        if self._is_full:
            with self._engine.connect() as connection:
                total = int(connection.scalar(LAST_FULL, {"sources": self._names}) or 0)
        began = monotonic()
        while not self._stop.wait(TOLD_EVERY_SECONDS):
            rows, seconds = max(0, self._written() - self._before), monotonic() - began
            if rows:
                self._say(in_words(rows, seconds, total))


def in_words(rows: int, seconds: float, total: int) -> str:
    """How far a load is; what is left only where more is expected than there is.

    Args:
        rows: written so far.
        seconds: since it began.
        total: rows of the largest load so far; 0 where that says nothing.
    """
    rate = rows / seconds
    said = f"{counted(rows, 'row')}, {parted(round(rate))} a second"
    if total <= rows:
        return said
    left = (total - rows) / rate
    span = f"{left:.0f} s" if left < 100 else f"{left / 60:.0f} min"
    return f"{said}, about {span} left if there are {parted(total)} as in the largest load so far"
