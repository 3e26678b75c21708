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
    from pipelines.credentials import configured

    given = configured(settings).get("production")
    return None if given is None else understood(given)


def understood(given: Mapping[str, str]) -> Credentials:
    """What the variables of the source production say.

    Raises:
        SettingsError: the method or the address is none.
    """
    method = given.get("PRODUCTION_METHOD") or METHODS[0]
    if method not in METHODS:
        raise SettingsError(
            f"The source production has the method {method!r}. Expected one of: {', '.join(METHODS)}. Correct "
            "sources.json."
        )
    try:
        url = make_url(given["PRODUCTION_URL"])
    except ArgumentError:
        raise SettingsError(
            "The url of the source production is no address; it is not shown. Expected "
            "postgresql://login:password@host:5432/database. Correct sources.json."
        ) from None
    publication = given.get("PRODUCTION_PUBLICATION") or PUBLICATION
    return Credentials(url, publication, given.get("PRODUCTION_SLOT") or None, method)


def is_captured(settings: Settings) -> bool:
    """Whether production is read here, rather than by the tap or not at all; not where its entry is malformed."""
    if settings.has_sandbox:
        return True
    try:
        found = credentials(settings)
    except SettingsError:
        return False
    return found is not None and found.method == METHODS[0]
