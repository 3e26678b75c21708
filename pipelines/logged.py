"""Runs a service whose log is put aside when it has grown, while it runs: `python -m pipelines.logged MODULE LOG`.

The service's standard output and error are its log. When that is long, it is renamed, and both go on in a fresh one:
what is being written at this moment still goes into the old one, so that no line is lost. One older log is kept. A copy
that is cut afterwards, as logrotate makes it, would lose what is written in between.
"""

from __future__ import annotations

import os
import runpy
import sys
from pathlib import Path
from threading import Event, Thread

LOG_BYTES = 10_000_000
LOOK_SECONDS = 5.0
OUTPUT, ERRORS = 1, 2


def put_aside(log: Path, most: int = LOG_BYTES) -> bool:
    """Renames a log that is longer than `most` bytes, over the one that was put aside before; whether it did."""
    if not log.exists() or log.stat().st_size <= most:
        return False
    os.replace(log, log.with_name(log.name + ".1"))
    return True


def follow(log: Path, most: int = LOG_BYTES) -> None:
    """Puts the log aside if it is too long, and has this process go on in a fresh one."""
    if not put_aside(log, most):
        return
    fresh = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for each in (OUTPUT, ERRORS):
        os.dup2(fresh, each)
    os.close(fresh)


def watch(log: Path, most: int = LOG_BYTES, every: float = LOOK_SECONDS) -> None:
    """Looks after the log for as long as this process lives."""
    never = Event()
    while not never.wait(every):
        try:
            follow(log, most)
        except OSError as error:  # a full disk, say: the log goes on as it is, and is looked at again
            print(f"The log {log} cannot be put aside: {error.strerror}.", file=sys.stderr, flush=True)


def main() -> None:
    """The process of a service; all else is as with `python -m MODULE`."""
    module, log = sys.argv[1], Path(sys.argv[2])
    sys.argv[1:] = []
    Thread(target=watch, args=(log,), name="log", daemon=True).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
