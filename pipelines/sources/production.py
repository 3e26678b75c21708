"""The product's own PostgreSQL: accounts, users, orders, transactions."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from threading import Event

import httpx

from app.secrets import production_url
from app.settings import Settings
from pipelines.source import Credential, Given, OwnReader, Source, Stream


def is_captured(settings: Settings) -> bool:
    """Whether it is followed by its own log, with pgoutput."""
    from pipelines.capture.credentials import is_captured

    return is_captured(settings)


def capture(settings: Settings, rows: dict[str, int], is_full: bool, log: Path, stopping: Event) -> str | None:
    """Brings what is committed there now; whoever reads it already is waited for."""
    from pipelines.capture.load import pull

    return pull(settings, rows, whole=is_full, log=log, stopping=stopping)


def judge(given: Given) -> None:
    """Refuses an address that is none of a Postgres database, and an unknown method."""
    from pipelines.capture.credentials import read

    read(given)


def make_slot(settings: Settings) -> None:
    """What wal2json needs before a run: its slot."""
    from pipelines.capture import wal2json

    wal2json.make_slot(settings)


def advance_slot(settings: Settings) -> None:
    """What wal2json needs after a run: to be told how far it is stored."""
    from pipelines.capture import wal2json

    wal2json.advance(settings)


def probe(given: Given, http: httpx.Client) -> str:
    """Which tables the login may follow; with wal2json only whether it is let in.

    Raises:
        SettingsError: the address or the method is none.
        SourceDown: the server does not answer, does not let us read its log, or publishes what cannot be followed.
    """
    from pipelines.capture import origin
    from pipelines.capture.credentials import METHODS, read

    found = read(given)
    with closing(origin.connect(found.url)) as production:
        if found.method != METHODS[0]:
            return f"login {found.url.username}, read by {found.method}"
        with closing(origin.connect(found.url, replication=True)) as log:
            origin.identify(production, log)
        tables = origin.published(production, found.publication)
    left = ", ".join(f"{each.schema}.{each.name}" for each in tables if not (each.key and each.may_read))
    told = f"login {found.url.username}, {len(tables)} tables in the publication {found.publication}"
    return told + (f"; without a key or without select, so that they cannot be followed: {left}" if left else "")


def sandbox(settings: Settings) -> Given:
    """The reading login of the sandbox company's production database."""
    return {"url": production_url(settings, "plumbline_reader").render_as_string(hide_password=False)}


SOURCE = Source(
    "production",
    "Production database",
    ("tap-production",),
    (
        Credential(
            "url", "PRODUCTION_URL",
            "postgresql://reader:password@host:5432/database, of a login with REPLICATION and select; no superuser.",
        ),
        Credential(
            "method", "PRODUCTION_METHOD", "pgoutput, which needs nothing installed, or wal2json.", is_secret=False,
            default="pgoutput",
        ),
        Credential(
            "publication", "PRODUCTION_PUBLICATION", "The publication that production's owner made.", is_secret=False,
            default="plumbline",
        ),
        Credential(
            "slot", "PRODUCTION_SLOT", "A name for the replication slot; empty: one of our own making.",
            is_secret=False, default="",
        ),
    ),
    (
        Stream("accounts", newest="updated_at"),
        Stream("users", newest="updated_at"),
        Stream("orders", total="amount_minor", newest="updated_at"),
        Stream("transactions", total="amount_minor", newest="updated_at"),
    ),
    sandbox,
    probe,
    cadence="critical",
    weight=40,
    own=OwnReader(is_captured, capture),
    judge=judge,
    before=make_slot,
    after=advance_slot,
)
