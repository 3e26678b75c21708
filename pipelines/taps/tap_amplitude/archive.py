"""Reads an answer of Amplitude's export: a zip of gzipped files, one or more an hour, with one JSON object a line."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

NAME = re.compile(r"_(\d{4}-\d\d-\d\d)_(\d{1,2})(?:#\d+)?\.json\.gz$")


class BrokenArchive(ValueError):
    """An answer that is not a whole archive."""


def opened(content: bytes) -> zipfile.ZipFile:
    """The archive that an answer holds.

    Raises:
        BrokenArchive: its table of contents, which stands at the end, is missing.
    """
    try:
        return zipfile.ZipFile(BytesIO(content))
    except zipfile.BadZipFile as broken:
        raise BrokenArchive(f"{len(content)} bytes, {broken}") from None


def hours(archive: zipfile.ZipFile) -> Iterator[list[dict[str, Any]]]:
    """The events of one hour of upload after the other, each hour's in the order of their upload."""
    with archive:
        for names in _by_hour(archive.namelist()):
            events = [event for name in names for event in _events(archive, name)]
            yield sorted(events, key=_uploaded)


def _by_hour(names: list[str]) -> Iterator[list[str]]:
    """Files of one hour together, the oldest hour first; a file that names no hour comes last."""
    found: dict[tuple[str, int], list[str]] = {}
    for name in sorted(names):
        match = NAME.search(name)
        found.setdefault((match[1], int(match[2])) if match else ("~", 0), []).append(name)
    for hour in sorted(found):
        yield found[hour]


def _events(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    with archive.open(name) as packed, gzip.open(packed, "rt", encoding="utf-8") as lines:
        for line in lines:
            if line.strip():
                yield json.loads(line)


def _uploaded(event: Mapping[str, Any]) -> str:
    return str(event.get("server_upload_time") or "")
