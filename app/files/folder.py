"""The folder of the files: which are there, and one of them read while nobody writes it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import sleep, time

from .catalogue import BY_NAME
from .check import FORMATS, MOST_BYTES
from .problems import Problem, Unreadable

UNFINISHED = (".new", ".tmp", ".part", ".partial", ".crdownload", ".swp")
OTHER_TABLES = ("xls", "xlsm", "xlsb", "ods", "numbers", "tsv")
QUIET_SECONDS = 1.0
"""A file that was written within this time may still be in the writing: it is looked at again before it is read."""
PATIENCE = 6


@dataclass(frozen=True)
class Folder:
    """What is in the folder.

    Attributes:
        files: the one file of each name that is there.
        problems: names of which there is more than one, or only one of a format that is not read.
        strangers: CSV files and workbooks that are called like none of ours, and so are not read.
    """

    files: dict[str, Path]
    problems: tuple[Problem, ...]
    strangers: tuple[str, ...]

    @property
    def is_used(self) -> bool:
        """Whether there is anything to load or to complain about."""
        return bool(self.files or self.problems)


def look(folder: Path) -> Folder:
    """What is in the folder now; files that are hidden, locks of a spreadsheet program or unfinished copies are not."""
    found: dict[str, list[Path]] = {}
    strangers = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        ending = path.suffix.lower().lstrip(".")
        if path.name.startswith(("~$", ".", ".~lock")) or path.name.lower().endswith(UNFINISHED) or path.is_dir():
            continue
        if path.stem.lower() in BY_NAME and ending in FORMATS + OTHER_TABLES:
            found.setdefault(path.stem.lower(), []).append(path)
        elif ending in FORMATS:
            strangers.append(path.name)
    files, problems = {}, []
    for name, paths in found.items():
        if len(paths) > 1:
            problems.append(_several(paths))
        elif paths[0].suffix.lower().lstrip(".") in OTHER_TABLES:
            problems.append(Problem(paths[0].name, "the file is of a format that is not read", paths[0].suffix,
                                    ".csv or .xlsx", "Save it as one of them"))  # fmt: skip
        else:
            files[name] = paths[0]
    return Folder(files, tuple(problems), tuple(strangers))


def put(folder: Path, name: str, ending: str, content: bytes) -> None:
    """Puts a file in its place at one stroke; one of the same name in the other format goes away.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / f"{name}.{ending}"
    fresh = place.with_name(place.name + ".new")
    with fresh.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, place)
    for path in folder.iterdir():
        is_other = path.stem.lower() == name and path.suffix.lower().lstrip(".") in FORMATS
        if is_other and path != place:
            path.unlink()


def read_steady(path: Path, pause: Callable[[float], None] = sleep) -> bytes:
    """The bytes of a file that did not change while they were read.

    Raises:
        Unreadable: it went on changing, cannot be read, is too large, or no file but a pipe or a device.
    """
    try:
        for _ in range(PATIENCE):
            before = path.stat()
            if not stat.S_ISREG(before.st_mode):  # reading it may never end
                raise Unreadable(Problem(path.name, "it is no ordinary file", "a pipe, a device or a folder",
                                         "a CSV file or a workbook", "Take it away"))  # fmt: skip
            if before.st_size > MOST_BYTES:
                raise Unreadable(Problem(path.name, "the file is too large", f"{before.st_size:,} bytes",
                                         f"at most {MOST_BYTES:,}", "Leave out what is not needed"))  # fmt: skip
            if abs(time() - before.st_mtime) < QUIET_SECONDS:
                pause(QUIET_SECONDS)
            with path.open("rb") as file:
                content = file.read(MOST_BYTES + 1)
            if _mark(path.stat()) == _mark(before):
                return content
    except OSError as error:
        raise Unreadable(Problem(path.name, "the file cannot be read", error.strerror or type(error).__name__,
                                 "a file that this user may read", "Mend its rights")) from None  # fmt: skip
    raise Unreadable(Problem(path.name, "the file is being written", f"it changed {PATIENCE} times while it was read",
                             "a file that is complete", "Wait until it is copied"))  # fmt: skip


def _mark(found: os.stat_result) -> tuple[int, int, int]:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _several(paths: list[Path]) -> Problem:
    names = " and ".join(path.name for path in paths)
    return Problem(paths[0].name, "there is more than one file of this name", names, "one of them",
                   "Take away the one that is not meant")  # fmt: skip
