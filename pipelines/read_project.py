"""dbt's project as dbt has read it, kept beside the checkout: to read it takes 10 s, to take what was read a tenth.

dbt keeps something like it itself, but lets go of it wherever the warehouse's address is another, and so in each home.
"""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile

import orjson
from dbt.contracts.graph.manifest import Manifest

from app.settings import ROOT

FOLDER = ROOT / ".plumbline-dbt"
MADE_BY = ("dbt-core", "dbt-adapters", "dbt-common", "dbt-postgres", "dbt-semantic-interfaces", "mashumaro")
"""What the macros of a reading and the classes of its parts come from."""
MOST_KEPT = 8
"""As many readings: by another database, login, time zone or target, and of the files as they were before a change."""
log = logging.getLogger("plumbline.build")


@dataclass(frozen=True)
class Reading:
    """The project as dbt works with it, and as it writes it down: the text of manifest.json."""

    manifest: Manifest
    written: bytes


def reading_of(manifest: Manifest) -> Reading:
    """A manifest and its text, made at a fifth of dbt's time: its own encoder is pure Python.

    To be asked for in the process that has read it: dbt looks up how it was called.
    """
    return Reading(manifest, orjson.dumps(manifest.writable_manifest().to_dict(omit_none=False)))


def name_of(project: Path, *told: str | None) -> str:
    """Names a reading by all that makes it another: the files' paths and texts, what dbt is told, dbt and Python."""
    found = hashlib.sha256(repr((told, sys.version, *(version(name) for name in MADE_BY))).encode())
    for path in sorted(project.rglob("*")):
        if path.is_file():
            found.update(f"\0{path.relative_to(project)}\0".encode())
            found.update(path.read_bytes())
    return found.hexdigest()


@contextmanager
def turn(folder: Path | None = None) -> Iterator[None]:
    """One process at a time reads; who comes second finds it read. Where nothing can be kept there is no turn."""
    place = folder or FOLDER
    try:
        place.mkdir(mode=0o700, exist_ok=True)
        lock = (place / ".lock").open("a")
    except OSError as error:
        log.info("what dbt reads is not kept: %s", error)
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def kept(name: str, folder: Path | None = None) -> Reading | None:
    """The reading of that name; None where there is none, or none that this user wrote: to take it is to run it."""
    path = (folder or FOLDER) / name
    try:
        if path.stat().st_uid != os.geteuid():
            return None
        fields_of, written = pickle.loads(path.read_bytes())  # noqa: S301  (our own file, see above)
        with suppress(OSError):  # what is taken stays, though others are kept meanwhile, where that can be noted
            os.utime(path)
        return Reading(Manifest(**fields_of), written)
    except FileNotFoundError:
        return None
    except (OSError, pickle.UnpicklingError, EOFError, ValueError, TypeError, AttributeError, ImportError) as error:
        log.warning("dbt reads its project anew: %s cannot be taken (%s)", path, error)
        return None


def keep(name: str, reading: Reading, folder: Path | None = None) -> None:
    """Keeps a reading, whole or not at all, in its turn; a checkout that nobody may write to goes without.

    By the names of its fields: dbt 1.11 pickles a Manifest by their order and forgets some, so that others take their
    places. What begins with _ it works out itself when it is asked for.
    """
    place = folder or FOLDER
    names = [each.name for each in fields(Manifest) if not each.name.startswith("_")]
    told = ({name: getattr(reading.manifest, name) for name in names}, reading.written)
    written: Path | None = None
    try:
        with NamedTemporaryFile(dir=place, prefix=".next-", delete=False) as beside:
            written = Path(beside.name)
            pickle.dump(told, beside, protocol=pickle.HIGHEST_PROTOCOL)
        written.replace(place / name)
        newest = sorted(_readings(place), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in newest[MOST_KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as error:
        log.info("what dbt has read is not kept: %s", error)
        if written is not None:  # a disk that is full gets no fuller
            written.unlink(missing_ok=True)


def _readings(place: Path) -> Iterator[Path]:
    """All but the lock; what a process that was killed left half written counts as one, and goes when it is old."""
    return (path for path in place.iterdir() if path.name != ".lock")
