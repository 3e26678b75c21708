"""Which sources are configured, and the environment that each one's extractors are given.

In the sandbox all of them, pointed at the simulated vendors. Elsewhere those with credentials in `home`/sources.json
(readable by its owner only), and `files` as soon as the folder has one. `plumbline connect SOURCE` writes the file.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from app.errors import SettingsError
from app.files.folder import look
from app.settings import Settings
from pipelines.source import Given
from pipelines.sources import all_sources


def configured(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    """The names of the configured sources, heaviest first, and for each the environment with its credentials.

    Raises:
        SettingsError: sources.json is malformed, or others than its owner may read it.
    """
    given = credentials(settings)
    found: dict[str, Mapping[str, str]] = {}
    for source in all_sources().values():
        if source.reads_files:
            if look(settings.files).is_used:
                found[source.name] = {"PLUMBLINE_FILES_FOLDER": str(settings.files)}
        elif source.name in given:
            found[source.name] = source.variables(given[source.name])
    return found


def credentials(settings: Settings) -> Mapping[str, Given]:
    """The credentials of every configured source that has any, by its name.

    Raises:
        SettingsError: as `configured`.
    """
    if settings.has_sandbox:
        return {source.name: source.sandbox(settings) for source in all_sources().values() if source.sandbox}
    return read_given(sources_file(settings))


def sources_file(settings: Settings) -> Path:
    """Where the credentials are kept."""
    return settings.home / "sources.json"


def read_given(file: Path) -> Mapping[str, Given]:
    """What sources.json holds; nothing where there is none.

    Raises:
        SettingsError: it is malformed, or others than its owner may read it.
    """
    if not file.exists():
        return {}
    if stat.S_IMODE(os.stat(file).st_mode) & 0o077:
        raise SettingsError(
            f"{file} holds credentials but others may read it: mode {stat.S_IMODE(os.stat(file).st_mode):o}. "
            f"Expected 600. Run `chmod 600 {file}`."
        )
    try:
        found = json.loads(file.read_text())
    except ValueError as error:
        raise SettingsError(
            f"{file} is not JSON: line {getattr(error, 'lineno', '?')}. Expected an object of sources, see "
            "docs/sources. Correct the file, or write it with `plumbline connect`."
        ) from None
    for name, values in found.items() if isinstance(found, dict) else [("the whole", None)]:
        if not _fits(name, values):
            raise SettingsError(
                f"{file}: the entry {name!r} is wrong; its values are not shown. Expected sources with these keys, "
                f"those in brackets at will: {_allowed()}. Correct the file, or run `plumbline connect`."
            )
    return {name: {key: str(value) for key, value in values.items()} for name, values in found.items()}


def _fits(name: str, values: object) -> bool:
    source = all_sources().get(name)
    if source is None or not source.credentials or not isinstance(values, dict):
        return False
    known = {one.key for one in source.credentials}
    needed = {one.key for one in source.credentials if one.default is None}
    return needed <= set(values) <= known


def _allowed() -> str:
    def keys(name: str) -> str:
        return ", ".join(
            one.key if one.default is None else f"[{one.key}]" for one in all_sources()[name].credentials
        )

    return "; ".join(f"{name}: {keys(name)}" for name in sorted(all_sources()) if all_sources()[name].credentials)
