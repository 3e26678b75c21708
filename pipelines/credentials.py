"""Which sources are configured, and the environment that each one's extractors are given.

In the sandbox all of them, pointed at the simulated vendors. Elsewhere those with credentials in `home`/sources.json
(readable by its owner only), and `files` as soon as the folder has one. `plumbline connect SOURCE` writes the file.
An entry that is wrong keeps none of the other sources back.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.errors import SettingsError
from app.files.folder import look
from app.settings import Settings
from pipelines.source import Given, Source
from pipelines.sources import all_sources, source_names

MEND = "Correct the file, or run `plumbline connect"


@dataclass(frozen=True)
class Kept:
    """What sources.json holds.

    Attributes:
        given: the credentials of each source whose entry is as it should be.
        wrong: what is wrong with the other entries, in words and without values; by name, maybe of no source.
        unreadable: why nothing of the file can be used, in words; empty where it can be read.
    """

    given: Mapping[str, Given] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)
    unreadable: str = ""

    @property
    def faults(self) -> Sequence[str]:
        """All that is wrong, a sentence or two for each."""
        return (self.unreadable,) if self.unreadable else tuple(self.wrong.values())

    @property
    def wrong_sources(self) -> frozenset[str]:
        """The sources whose entry is wrong."""
        return frozenset(name for name in self.wrong if name in all_sources() and all_sources()[name].credentials)

    @property
    def strays(self) -> Sequence[str]:
        """What is wrong and is not about a single source."""
        if self.unreadable:
            return (self.unreadable,)
        return tuple(said for name, said in self.wrong.items() if name not in self.wrong_sources)


def configured(settings: Settings) -> Mapping[str, Mapping[str, str]]:
    """The names of the sources that can be read, heaviest first, and for each the environment with its credentials.

    Those whose entry in sources.json is wrong are left out: `kept` tells them.
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
    """The credentials of every configured source that has any and can be read, by its name."""
    return kept(settings).given


def kept(settings: Settings) -> Kept:
    """The credentials of every configured source that has any, and what is wrong with those that cannot be used."""
    if settings.has_sandbox:
        return Kept({source.name: source.sandbox(settings) for source in all_sources().values() if source.sandbox})
    try:
        entries = entries_of(sources_file(settings))
    except SettingsError as error:
        return Kept(unreadable=str(error))
    wrong = {name: said for name, values in entries.items() if (said := _fault(settings, name, values))}
    given = {
        name: {key: str(value) for key, value in values.items()}
        for name, values in entries.items() if name not in wrong
    }
    return Kept(given, wrong)


def refuse_wrong(settings: Settings, source: Source) -> None:
    """Refuses a source whose credentials cannot be used.

    Raises:
        SettingsError: its entry is wrong, or all of sources.json cannot be read.
    """
    found = kept(settings)
    fault = found.unreadable or found.wrong.get(source.name)
    if fault and source.credentials:
        raise SettingsError(fault)


def sources_file(settings: Settings) -> Path:
    """Where the credentials are kept."""
    return settings.home / "sources.json"


def entries_of(file: Path) -> Mapping[str, Any]:
    """What sources.json holds, entry by entry as it stands there; nothing where there is no file.

    Raises:
        SettingsError: it cannot be read, is no JSON object, or others than its owner may read it.
    """
    try:
        mode = stat.S_IMODE(os.stat(file).st_mode)
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise SettingsError(
            f"{file} cannot be read: {error.strerror}. Expected a file of the user who runs Plumbline, mode 600. "
            "Correct its owner and mode."
        ) from None
    except UnicodeDecodeError as error:
        raise SettingsError(
            f"{file} is not UTF-8: byte {error.start} is not. Expected JSON in UTF-8, see docs/sources. Save it so."
        ) from None
    if mode & 0o077:
        raise SettingsError(
            f"{file} holds credentials but others may read it: mode {mode:o}. Expected 600. Run `chmod 600 {file}`."
        )
    return _object(file, text)


def _object(file: Path, text: str) -> Mapping[str, Any]:
    try:
        found = json.loads(text, object_pairs_hook=_each_once)
    except json.JSONDecodeError as error:
        raise SettingsError(
            f"{file} is not JSON: {error.msg} at line {error.lineno}, column {error.colno}; what stands there is not "
            "shown. Expected one object with an entry for each source, see docs/sources. Correct the file, or move it "
            "away and run `plumbline connect` for each source."
        ) from None
    except _Twice as error:
        raise SettingsError(
            f"{file} names {str(error)!r} twice in one object. Expected each name once. Take one of them away."
        ) from None
    if not isinstance(found, dict):
        raise SettingsError(
            f"{file} holds {_kind(found)}. Expected one object with an entry for each source, such as "
            '{"stripe": {"account_id": "…", …}}, see docs/sources. Correct the file.'
        )
    return found


class _Twice(Exception):
    """A name that an object has twice: JSON would take the last and say nothing."""


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    for name in names:
        if names.count(name) > 1:
            raise _Twice(name)
    return dict(pairs)


def _fault(settings: Settings, name: str, values: object) -> str:
    """What is wrong with an entry, without its values; empty where nothing is."""
    file, source = sources_file(settings), all_sources().get(name)
    if source is None:
        known = ", ".join(one for one in sorted(source_names()) if all_sources()[one].credentials)
        return f"{file} has an entry {name!r}, which is no source. Expected one of: {known}. Rename it or take it away."
    if not source.credentials:
        return f"{file} has an entry {name!r}, a source that takes no credentials. Expected none. Take it away."
    expected = ", ".join(one.key if one.default is None else f"[{one.key}]" for one in source.credentials)
    mend = f"Expected texts for these, those in brackets at will: {expected}. {MEND} {name}`."
    if not isinstance(values, dict):
        return f"{file}: the entry {name!r} is {_kind(values)}. {mend}"
    known_keys = {one.key for one in source.credentials}
    odd = [f"{key} is {_kind(value)}" for key, value in values.items() if key in known_keys and not _is_text(value)]
    unknown = [f"{key[:40]} is not known" for key in values if key not in known_keys]
    lacking = [
        f"{one.key} is missing" for one in source.credentials
        if one.default is None and not str(values.get(one.key, "")).strip()
    ]
    found = ", ".join([*lacking, *unknown, *odd])
    if found:
        return f"{file}: the entry {name!r} is wrong: {found}; values are not shown. {mend}"
    try:
        source.refuse_unfit(source.filled({key: str(value) for key, value in values.items()}))
    except SettingsError as error:
        return f"{file}: {error}"
    return ""


def _is_text(value: object) -> bool:
    """A number will do: an account's id is easily written without quotes."""
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


def _kind(value: object) -> str:
    """What a value of JSON is, in words."""
    kinds = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return "a text" if isinstance(value, str) else kinds.get(type(value), "null")
