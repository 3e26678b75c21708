"""Loads extractors by `meltano run`: some in one run, one after another; whoever fails is tried again by itself.

Whatever is killed in the middle, the next load finds the bookmarks of what was safely stored and goes on from there.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from time import monotonic
from uuid import uuid4

from sqlalchemy import Engine
from tenacity import RetryError, Retrying, retry_if_result, sleep_using_event, stop_after_attempt, wait_exponential

from app.clock import wall
from app.errors import BrokenOff, PlumblineError
from app.settings import Settings
from pipelines import bookmarks, meltano, stream_states
from pipelines.catalog import declared, forget, forget_old
from pipelines.connecting import refusal
from pipelines.job import Run
from pipelines.load_log import Told
from pipelines.load_record import Pull
from pipelines.meltano import Block, Ended
from pipelines.process import run_folder
from pipelines.source import OwnReader, Source
from pipelines.turns import is_free, lock_file

FIRST_WAIT_SECONDS = 5
LONGEST_WAIT_SECONDS = 60
UNLOADABLE = re.compile(
    r"Could not convert column '(?P<table>[^']+)\.(?P<column>[^'.]+)' from '(?P<from>[^']+)' to '(?P<to>[^']+)'"
)
"""The loader's words for a value that the raw column cannot hold."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Order:
    """One extractor of a source to be loaded.

    Attributes:
        source, extractor: what.
        log: where its log goes.
        changed: what to set in its environment besides.
        is_full: whether the source is read anew from its start.
        may_take_long: whether it may take as long as it takes, as a first or a full load does.
    """

    source: Source
    extractor: str
    log: Path
    changed: Mapping[str, str]
    is_full: bool = False
    may_take_long: bool = False

    @property
    def block(self) -> Block:
        return Block(self.extractor, self.source.loader, self.log)


def pull(
    run: Run, engine: Engine, orders: Sequence[Order], done: Callable[[Order, Pull], None], stopping: Event
) -> None:
    """Loads the extractors, in as few runs of Meltano as can be; `done` is told of each as soon as it is over.

    Raises:
        BrokenOff: `stopping` was set: what waited gave up, what ran was ended.
    """
    pulls = {order.extractor: Pull(order.extractor) for order in orders}
    again: list[Order] = []
    waiting: list[Order] = []
    for order in orders:
        own = order.source.own
        if own is None or not own.is_used(run.settings):
            waiting.append(order)
            continue
        _read(run, order, own, pulls[order.extractor], stopping)
        done(order, pulls[order.extractor])
    while waiting:
        ended = _run(run, engine, waiting, stopping)
        reached = [(order, end) for order, end in zip(waiting, ended, strict=True) if end.is_ok is not None]
        for order, end in reached:
            _count(pulls[order.extractor], end)
            if not end.is_ok or end.told.has_resumed:
                again.append(order)
            else:
                done(order, pulls[order.extractor])
        if not reached:
            for order in waiting:
                pulls[order.extractor].error = f"{order.extractor}: Meltano came to none of its blocks"
            again += waiting
        waiting = waiting[len(reached):] if reached else []
    for order in again:
        _again(run, engine, order, pulls[order.extractor], stopping)
        done(order, pulls[order.extractor])


def _read(run: Run, order: Order, own: OwnReader, pull: Pull, stopping: Event) -> None:
    """Reads a source its own way, without Meltano; all of it is asked for once, and a later try goes on from there."""
    began = monotonic()
    is_full = order.is_full

    def once() -> bool:
        nonlocal is_full
        with held(run.settings, [order.extractor], stopping):
            pull.error = own.pull(run.settings, pull.rows, is_full, order.log, stopping)
        _go_on_unless(stopping)
        is_full = False
        if pull.error:
            log.warning("The load failed. %s", pull.error)
        return pull.error is None

    _until_well(once, run.settings.load_retries + 1, order, stopping)
    pull.seconds += monotonic() - began


def _count(pull: Pull, ended: Ended) -> None:
    """Adds what a run brought; what went wrong takes the place of what went wrong before."""
    pull.seconds += ended.seconds
    for stream, count in ended.told.rows.items():
        pull.rows[stream] = pull.rows.get(stream, 0) + count
    pull.error = None if ended.is_ok else f"{pull.extractor}: {ended.told.reason}"


def _again(run: Run, engine: Engine, order: Order, pull: Pull, stopping: Event) -> None:
    """Tries one extractor by itself until it goes well or the tries are used up.

    A first run may only have gone on where a broken one had stopped, passing over streams; then one more is due.
    Credentials that are refused are so the next time as well.
    """
    if refused := refusal(run.settings, order.source, pull.error or ""):
        pull.error = refused
        log.warning("The load failed. %s", refused)
        return
    tries = run.settings.load_retries if order.source.may_recover else 0
    if pull.error is None:
        tries = max(tries, 1)
    if not tries:
        return

    def once() -> bool:
        if pull.error:
            forget(run.settings, order.extractor)
        for _ in range(2):
            ended = _run(run, engine, [order], stopping)[0]
            _count(pull, ended)
            if ended.is_ok and ended.told.has_resumed:
                continue
            break
        if pull.error:
            log.warning("The load failed. %s", pull.error)
            return _set_aside(engine, order, pull, ended.told)
        return True

    _until_well(once, tries, order, stopping)


def _until_well(once: Callable[[], bool], tries: int, order: Order, stopping: Event) -> None:
    """Does it until it says that it went well, at most so many times, waiting longer from time to time."""
    retrying = Retrying(
        stop=stop_after_attempt(tries),
        wait=wait_exponential(multiplier=FIRST_WAIT_SECONDS, max=LONGEST_WAIT_SECONDS),
        retry=retry_if_result(lambda is_done: not is_done),
        sleep=sleep_using_event(stopping),
    )
    try:
        retrying(once)
    except RetryError:
        log.warning("The load of %s was given up after %s more tries.", order.extractor, tries)


def _go_on_unless(stopping: Event) -> None:
    if stopping.is_set():
        raise BrokenOff("The load was broken off before it ended.")


def _run(run: Run, engine: Engine, orders: Sequence[Order], stopping: Event) -> Sequence[Ended]:
    _go_on_unless(stopping)
    changed: dict[str, str] = {}
    for order in orders:
        forget_old(run.settings, order.extractor, wall())
        changed |= {**order.changed, **_left_out(engine, order)}
    # A tap that waits without end, such as one whose quota is used up, must not keep the others from their turn.
    most = None if any(order.may_take_long for order in orders) else max(1, round(60 * run.settings.load_minutes))
    # All in the keeping of the locks: a run whose parent was killed goes on, and stores bookmarks until it ends.
    with held(run.settings, [order.extractor for order in orders], stopping) as descriptors:
        for order in orders:
            if not order.source.goes_on:
                bookmarks.put_back(run.settings, order.source, [order.extractor])
        _at_source(run, [order.source.before for order in orders])
        ended = meltano.run(run.settings, [order.block for order in orders], run_id=uuid4(), now=run.as_of,
                            held=descriptors, changed=changed, most_seconds=most, stopping=stopping)
        _go_on_unless(stopping)
        _note_passed_over(run.settings, engine, zip(orders, ended, strict=True))
        stored = [order for order, end in zip(orders, ended, strict=True) if end.is_ok]
        for order in stored:
            if not order.source.goes_on:
                bookmarks.keep(run.settings, order.source, [order.extractor])
        _at_source(run, [order.source.after for order in stored])
    return ended


def _note_passed_over(settings: Settings, engine: Engine, ended: Iterable[tuple[Order, Ended]]) -> None:
    """Sets aside what a tap may not read: of some streams it says so in its log and ends as if all were well, at others
    it fails, and the next try goes on without. What it may not even describe is not in its catalog.
    """
    for order, end in ended:
        if not order.source.passes_over:
            continue
        streams = {stream.name for stream in order.source.streams}
        lacks = {stream: why for stream, why in end.told.denied.items() if stream in streams}
        if end.is_ok:
            catalog = declared(settings, order.extractor)
            aside = stream_states.aside(engine, order.source)
            undescribed = streams - catalog.keys() - set(aside) if catalog else set()
            if undescribed:
                forget(settings, order.extractor)
            lacks |= dict.fromkeys(undescribed, "the scope to describe it is missing")
        for stream, why in sorted(lacks.items()):
            log.warning("%s passed over %s: %s", order.extractor, stream, why)
            stream_states.set_aside(engine, order.source, stream, why, expected="a login that may read it")


def _at_source(run: Run, acts: Sequence[Callable[[Settings], None] | None]) -> None:
    """Does what sources want before or after a run; what goes wrong is told, and the tap says itself what it misses."""
    for act in acts:
        try:
            if act is not None:
                act(run.settings)
        except PlumblineError as error:
            log.warning("%s", error)


def _left_out(engine: Engine, order: Order) -> Mapping[str, str]:
    """The setting by which Meltano leaves out the streams that are set aside."""
    aside = stream_states.aside(engine, order.source)
    name = order.extractor.upper().replace("-", "_") + "__SELECT_FILTER"
    return {name: "[" + ", ".join(f'"!{stream}"' for stream in aside) + "]"} if aside else {}


def _set_aside(engine: Engine, order: Order, pull: Pull, told: Told) -> bool:
    """Sets aside the stream that the loader cannot store, or whose values are not of their types, so that the others go
    on; never ends the tries.
    """
    found = UNLOADABLE.search(pull.error or "")
    if found:
        stream = found["table"].rpartition(".")[2].strip('"')
        reason = f"{found['column']} comes as {found['to']}, and the raw column holds {found['from']}"
        stream_states.set_aside(engine, order.source, stream, reason)
    elif told.unfit is not None and told.unfit[0] in {stream.name for stream in order.source.streams}:
        stream_states.set_aside(engine, order.source, *told.unfit)
    return False


@contextmanager
def held(settings: Settings, extractors: Sequence[str], stopping: Event | None = None) -> Iterator[list[int]]:
    """Waits for the extractors' locks and gives their descriptors, which the run inherits: a run whose parent was
    killed still holds them, and whoever comes next waits for it instead of writing beside it.

    Raises:
        BrokenOff: `stopping` was set during the wait.
    """
    with ExitStack() as stack:
        yield [stack.enter_context(_lock(settings, name, stopping)) for name in sorted(extractors)]


@contextmanager
def _lock(settings: Settings, extractor: str, stopping: Event | None) -> Iterator[int]:
    descriptor = os.open(_lock_file(settings, extractor), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        lock_file(descriptor, stopping)
        yield descriptor
    finally:
        os.close(descriptor)


def is_busy(settings: Settings, extractor: str) -> bool:
    """Whether the extractor is being loaded right now, by whomever."""
    descriptor = os.open(_lock_file(settings, extractor), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        return not is_free(descriptor)
    finally:
        os.close(descriptor)


def _lock_file(settings: Settings, extractor: str) -> Path:
    return run_folder(settings) / f"load-{extractor}.lock"
