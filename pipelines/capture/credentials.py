"""How production is reached: its entry in sources.json, or the sandbox's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from app.errors import SettingsError
from app.secrets import production_url
from app.settings import Settings

PUBLICATION = "plumbline"
METHODS = ("pgoutput", "wal2json")


@dataclass(frozen=True)
class Credentials:
    """Production's address with login and password, and what our login was given there.

    Attributes:
        url: of the database.
        publication: made by production's owner.
        slot: name of the slot; None: one of our own making, `plumbline_` and some characters.
        method: pgoutput (here) or wal2json (tap-postgres).
    """

    url: URL
    publication: str = PUBLICATION
    slot: str | None = None
    method: str = METHODS[0]


def credentials(settings: Settings) -> Credentials | None:
    """How production is reached; None where it is not configured.

    Raises:
        SettingsError: the entry is malformed.
    """
    if settings.has_sandbox:
        return Credentials(production_url(settings, "plumbline_reader"))
    from pipelines.credentials import kept

    found = kept(settings)
    fault = found.unreadable or found.wrong.get("production")
    if fault:
        raise SettingsError(fault)
    given = found.given.get("production")
    return None if given is None else read(given)


def read(given: Mapping[str, str]) -> Credentials:
    """The entry of production, by its keys in sources.json.

    Raises:
        SettingsError: its address or its method is none; the address is not shown.
    """
    method = given.get("method") or METHODS[0]
    if method not in METHODS:
        raise SettingsError(
            f"The source production has the method {method!r}. Expected one of: {', '.join(METHODS)}. Run "
            "`plumbline connect production`."
        )
    try:
        url = make_url(given["url"])
    except (ArgumentError, ValueError):
        url = URL.create("none")
    if url.drivername.partition("+")[0] not in ("postgresql", "postgres") or not url.host or not url.database:
        raise SettingsError(
            "The url of the source production is not the address of a Postgres database; it is not shown. Expected "
            "postgresql://login:password@host:5432/database. Run `plumbline connect production`."
        )
    return Credentials(url, given.get("publication") or PUBLICATION, given.get("slot") or None, method)


def is_captured(settings: Settings) -> bool:
    """Whether production is read here, rather than by the tap or not at all; not where its entry is malformed."""
    if settings.has_sandbox:
        return True
    try:
        found = credentials(settings)
    except SettingsError:
        return False
    return found is not None and found.method == METHODS[0]
