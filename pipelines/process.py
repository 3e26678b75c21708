"""A process of ours, known by its number and birth: so that a stranger who got the number is never ended."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from time import sleep, time
from typing import Literal

import psutil

from app.home import make_home
from app.settings import Settings

Owner = Literal["up", "command"]
State = Literal["starting", "up", "gave_up"]
SAME_BIRTH_SECONDS = 0.05


@dataclass(frozen=True)
class Record:
    """What `home`/run/<service>.json says about a process that was started.

    `owner` is `up` for what `plumbline up` keeps alive, `command` for what a single command started for its
    duration. `note` says why a service was given up.
    """

    pid: int
    create_time: float
    owner: Owner
    state: State = "starting"
    restarts: int = 0
    note: str = ""


def run_folder(settings: Settings) -> Path:
    """The folder of the records, made where it is missing."""
    folder = make_home(settings) / "run"
    folder.mkdir(exist_ok=True)
    return folder


def read_record(settings: Settings, name: str) -> Record | None:
    """The record of a service; None where there is none (or it was cut off while being written)."""
    file = run_folder(settings) / f"{name}.json"
    try:
        return Record(**json.loads(file.read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def write_record(settings: Settings, name: str, record: Record) -> None:
    """Replaces the record of a service in one step."""
    file = run_folder(settings) / f"{name}.json"
    fresh = file.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(asdict(record)))
    os.replace(fresh, file)


def forget(settings: Settings, name: str) -> None:
    """Takes the record of a service away."""
    (run_folder(settings) / f"{name}.json").unlink(missing_ok=True)


def beat(settings: Settings, name: str) -> None:
    """Says that a service goes on: a process that hangs lives, too."""
    (run_folder(settings) / f"{name}.beat").touch()


def silent_seconds(settings: Settings, name: str, living: psutil.Process) -> float:
    """How long ago a living service said so last; since its birth where it has not yet."""
    try:
        said = (run_folder(settings) / f"{name}.beat").stat().st_mtime
    except FileNotFoundError:
        said = 0.0
    born: float = living.create_time()
    return time() - max(said, born)


def record_of(pid: int, owner: Owner, state: State = "starting") -> Record:
    """A record of the living process `pid`.

    Raises:
        psutil.NoSuchProcess: it has ended already.
    """
    return Record(pid, psutil.Process(pid).create_time(), owner, state)


def living(record: Record | None) -> psutil.Process | None:
    """The recorded process if it still lives and is the one that was recorded, else None."""
    if record is None:
        return None
    try:
        process = psutil.Process(record.pid)
        born = process.create_time()
        if process.status() == psutil.STATUS_ZOMBIE or abs(born - record.create_time) > SAME_BIRTH_SECONDS:
            return None
        return process
    except psutil.NoSuchProcess:
        return None


def alive(settings: Settings, name: str) -> psutil.Process | None:
    """The process of a service, None where it does not run."""
    return living(read_record(settings, name))


def end(process: psutil.Process, patience: float = 20.0) -> None:
    """Ends a process and all it started: asks first, then insists. Returns when they are gone."""
    try:
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    _signal(family[:1], psutil.Process.terminate)
    _, left = psutil.wait_procs(family[:1], timeout=patience)
    _signal(left, psutil.Process.kill)
    orphans = [member for member in family[1:] if member.is_running()]
    _signal(orphans, psutil.Process.terminate)
    _, left = psutil.wait_procs(orphans, timeout=5)
    _signal(left, psutil.Process.kill)
    while any(_runs(member) for member in family):
        sleep(0.02)


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _signal(processes: Iterable[psutil.Process], send: Callable[[psutil.Process], None]) -> None:
    for process in processes:
        try:
            send(process)
        except psutil.NoSuchProcess:
            continue


@contextmanager
def lock_file(settings: Settings, name: str, mode: int) -> Iterator[int]:
    """Holds a file lock `home`/run/<name>.lock in the given fcntl mode; gives its descriptor."""
    descriptor = os.open(run_folder(settings) / f"{name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, mode)
        yield descriptor
    finally:
        os.close(descriptor)
