"""Whether a data folder's server is alive: what its postmaster.pid says, and whether that is still true."""

from __future__ import annotations

import time
from pathlib import Path

import psutil


def named_in(data: Path) -> tuple[int | None, int | None]:
    """Process number and port that the data folder's postmaster.pid names; nothing if there is none."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        return int(lines[0]), int(lines[3]) if len(lines) > 3 else None
    except (OSError, ValueError, IndexError):
        return None, None


def is_server_of(pid: int | None, data: Path) -> bool:
    """Whether that process is alive and a Postgres of this data folder: all of them work inside it.

    Where a container forbids root to see another user's working folder, the postmaster's command line tells.
    """
    if pid is None:
        return False
    home = str(data.resolve())
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return False
        try:
            return bool(process.cwd() == home)
        except psutil.AccessDenied:
            return home in process.cmdline()
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return False


def forget_stranger(data: Path, patience_seconds: float = 10) -> None:
    """After a crash: waits for the dead server's last processes, then drops a pid file that names a stranger.

    Postgres itself sees through a pid file of a process that is gone, but not of one whose number was reused.
    """
    pid = named_in(data)[0]
    if pid is None:
        return
    until = time.monotonic() + patience_seconds
    while time.monotonic() < until and any(is_server_of(other, data) for other in psutil.pids()):
        time.sleep(0.1)
    if psutil.pid_exists(pid) and not is_server_of(pid, data):
        (data / "postmaster.pid").unlink(missing_ok=True)
