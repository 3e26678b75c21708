"""The home folder is for its owner: other users of the machine can read nothing in it, and list nothing.

Only where Postgres runs as a user of its own, since it must not run as root, that user has to pass through to its
data: then the folders on its way let everybody pass (0711), and everything else in them is closed.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from app.settings import Settings

FOLDERS = ("dbt", "files", "logs", "mail", "meltano", "run", "sandbox")
FILES = ("made_for.json", "ports.json", "ports.lock", "secrets.json", "secrets.lock", "sources.json")
SERVERS = "postgres"
CLOSED, PASSAGE, PRIVATE = 0o700, 0o711, 0o600


@dataclass(frozen=True)
class TooOpen:
    """A folder or file that lets others do more than it should: its mode, and the most that it may be."""

    path: Path
    mode: int
    most: int


def keep_private() -> None:
    """Lets this process and those it starts make files and folders that only their owner may use."""
    os.umask(0o077)


def make_home(settings: Settings) -> Path:
    """The home folder, made if it is missing, closed from its first moment.

    Folders above it that are missing too are made as others are, so that the way to it is no closer than usual.

    Raises:
        OSError: it cannot be made.
    """
    home = settings.home
    if not home.is_dir():
        missing = [folder for folder in home.parents if not folder.exists()]
        home.mkdir(mode=CLOSED, parents=True, exist_ok=True)
        for folder in missing:
            folder.chmod(0o755)
        home.chmod(most_of_home(settings))
    return home


def most_of_home(settings: Settings) -> int:
    """The widest mode the home may have: closed, or a passage for the user that Postgres runs as."""
    is_embedded = settings.warehouse_url is None or settings.has_sandbox
    is_elsewhere = (settings.home / SERVERS).is_symlink()
    return PASSAGE if os.geteuid() == 0 and is_embedded and not is_elsewhere else CLOSED


def too_open(settings: Settings) -> list[TooOpen]:
    """What of the home lets others in; empty for a home that is not there."""
    return [
        TooOpen(path, mode, most)
        for path, most in _places(settings)
        if (mode := stat.S_IMODE(path.stat().st_mode)) & 0o777 & ~most
    ]


def tighten(settings: Settings) -> None:
    """Closes what of the home is ours and too open, and lets the user pass that Postgres runs as.

    A home that holds things we did not make (somebody's own folder, /srv) is left as wide as it is.
    """
    for found in too_open(settings):
        if found.path != settings.home and _is_ours(found.path):
            found.path.chmod(found.mode & found.most)
    if _is_ours(settings.home) and not _strangers(settings):
        settings.home.chmod(most_of_home(settings))


def _places(settings: Settings) -> Iterator[tuple[Path, int]]:
    """What we make in a home, with the widest mode of each; links are not followed."""
    home = settings.home
    most_of_servers = PASSAGE if os.geteuid() == 0 else CLOSED
    wanted = [(home, most_of_home(settings)), (home / SERVERS, most_of_servers)]
    wanted += [(home / name, CLOSED) for name in FOLDERS] + [(home / name, PRIVATE) for name in FILES]
    servers = home / SERVERS
    if servers.is_dir() and os.access(servers, os.R_OK):
        wanted += [(lock, PRIVATE) for lock in servers.glob("*.lock")]
    for path, most in wanted:
        if path.exists() and not path.is_symlink():
            yield path, most


def _is_ours(path: Path) -> bool:
    return path.stat().st_uid == os.geteuid()


def _strangers(settings: Settings) -> list[str]:
    known = {*FOLDERS, *FILES, SERVERS}
    return sorted(entry.name for entry in settings.home.iterdir() if entry.name not in known)
