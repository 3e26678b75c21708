"""Connects a source: its credentials are tested, then kept in `home`/sources.json, readable by its owner only."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.errors import CredentialsRefused, PlumblineError, SettingsError, UsageError
from app.settings import Settings
from pipelines.credentials import entries_of, kept, sources_file
from pipelines.probing import client, who
from pipelines.process import run_folder
from pipelines.source import Given, Source
from pipelines.sources import all_sources
from pipelines.turns import lock_file

REFUSAL = re.compile(r"\b40[13]\b|invalid_(?:grant|client)|access token|authenticat|unauthori[sz]ed", re.IGNORECASE)
"""What taps say, each in its own words, where a source may have refused the credentials."""


def refuse_unknown(settings: Settings, name: str) -> Source:
    """The source of that name.

    Raises:
        UsageError: there is none, it takes no credentials, or this home holds a sandbox company.
    """
    source = all_sources().get(name)
    takes = sorted(one.name for one in all_sources().values() if one.credentials)
    if source is None or not source.credentials:
        raise UsageError(f"{name!r} takes no credentials. Expected one of: {', '.join(takes)}.")
    if settings.has_sandbox:
        raise UsageError(
            "This home holds a sandbox company, whose sources are connected already: invented and real figures never "
            "mix. Expected a home without one. Set PLUMBLINE_SANDBOX_SCALE=none and another PLUMBLINE_HOME."
        )
    return source


def forget_nothing(settings: Settings, source: Source) -> dict[str, str]:
    """The credentials of the source that are kept already; empty before the first time, or where its entry is wrong.

    Raises:
        SettingsError: sources.json cannot be read, so that nothing could be kept beside what it holds.
    """
    entries_of(sources_file(settings))
    return dict(kept(settings).given.get(source.name, {}))


def test(settings: Settings, source: Source, given: Given) -> str:
    """Asks the source who we are; its answer in a line.

    Raises:
        SettingsError: something is missing, or not known.
        CredentialsRefused, SourceDown: as the source says.
    """
    complete(source, given)
    with client(settings) as http:
        return who(source, source.filled(given), http)


def refusal(settings: Settings, source: Source, complaint: str) -> str:
    """Why a source does not let us in, where a load failed because of that; empty where it failed otherwise.

    A tap's complaint says neither for sure that it was the credentials nor what to do; the source is asked for both.

    Args:
        settings: whose credentials.
        source: which.
        complaint: the words of the tap.
    """
    given = kept(settings).given.get(source.name)
    is_of_a_stream = source.passes_over and "403" in complaint
    if given is None or is_of_a_stream or not REFUSAL.search(complaint):
        return ""
    try:
        test(settings, source, given)
    except CredentialsRefused as error:
        return str(error)
    except PlumblineError:  # it does not answer at all: the tap's own words say as much
        return ""
    return ""


def complete(source: Source, given: Given) -> None:
    """Refuses credentials that lack something, hold something unknown, or cannot be used.

    Raises:
        SettingsError: they do; values are not repeated.
    """
    known = {one.key for one in source.credentials}
    lacks = [one.key for one in source.credentials if one.default is None and not given.get(one.key, "").strip()]
    if lacks or set(given) - known:
        found = ", ".join(sorted(set(given) & known)) or "nothing"
        more = ", ".join(sorted(set(given) - known))
        raise SettingsError(
            f"The credentials of {source.label} are not complete. Found {found}{f'; unknown: {more}' if more else ''}; "
            f"expected {', '.join(one.key for one in source.credentials)}. Lacking: {', '.join(lacks) or 'nothing'}."
        )
    source.refuse_unfit(source.filled(given))


def keep(settings: Settings, source: Source, given: Given) -> Path:
    """Writes the credentials beside those of the other sources, at one stroke; the file.

    What is wrong with other entries is left as it is: it must not keep this source from being connected. Who connects
    another source at the same moment waits, so that neither entry is lost.

    Raises:
        SettingsError: they are not complete, or the file that is there cannot be read.
    """
    complete(source, given)
    file = sources_file(settings)
    with _alone(settings):
        content = dict(entries_of(file)) | {source.name: {key: value for key, value in given.items() if value}}
        fresh = file.with_name(file.name + ".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
            json.dump(content, out, indent=2)
            out.flush()
            os.fsync(out.fileno())
        os.replace(fresh, file)
    return file


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One process at a time changes the file, from reading it to writing it."""
    descriptor = os.open(run_folder(settings) / "sources.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        lock_file(descriptor)
        yield
    finally:
        os.close(descriptor)
