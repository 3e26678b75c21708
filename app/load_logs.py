"""The logs of loads, in the home's folder logs/loads: JSON, one object a line; secrets were blanked when written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.errors import UsageError
from app.settings import Settings

NAME = re.compile(r"[0-9a-f-]{36}-[a-z0-9_]+\.log")
MOST_BYTES = 2_000_000


@dataclass(frozen=True)
class LoadLog:
    """A log as people read it: `HH:MM:SS program  what it said`, oldest first; the last part of a very long one."""

    name: str
    lines: Sequence[str]


def read_log(settings: Settings, name: str) -> LoadLog:
    """The log of that name, as portal.load_run has it.

    Raises:
        UsageError: it is no such name, or there is no such file (any more).
    """
    file = folder(settings) / name
    if not NAME.fullmatch(name) or not file.is_file():
        raise UsageError(
            f"There is no log {name!r}. Expected one that a load has written and that is still in {folder(settings)}. "
            "Load the source again to have one."
        )
    with file.open("rb") as opened:
        opened.seek(max(0, file.stat().st_size - MOST_BYTES))
        text = opened.read().decode("utf-8", "replace")
    return LoadLog(name, [_told(line) for line in text.splitlines() if line.strip()])


def latest(settings: Settings, source: str) -> LoadLog:
    """The newest log of a source.

    Raises:
        UsageError: there is none.
    """
    found = sorted(folder(settings).glob(f"*-{source}.log"), key=lambda file: file.stat().st_mtime)
    if not found:
        raise UsageError(
            f"There is no log of {source!r}. Expected a source that was loaded. Run `plumbline load {source}`."
        )
    return read_log(settings, found[-1].name)


def folder(settings: Settings) -> Path:
    """Where the logs are."""
    return settings.home / "logs" / "loads"


def _told(line: str) -> str:
    try:
        found = json.loads(line)
    except ValueError:
        return line
    if not isinstance(found, dict):
        return line
    at = str(found.get("timestamp", ""))[11:19]
    return f"{at} {found.get('name') or 'meltano'}  {found.get('event', '')}".strip()
