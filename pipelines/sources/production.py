"""The product's own PostgreSQL: accounts, users, orders, transactions."""

from __future__ import annotations

from app.secrets import production_url
from app.settings import Settings
from pipelines.source import Credential, Given, Source, Stream


def sandbox(settings: Settings) -> Given:
    """The reading login of the sandbox company's production database."""
    return {"url": production_url(settings, "plumbline_reader").render_as_string(hide_password=False)}


SOURCE = Source(
    "production",
    "Production database",
    ("tap-production",),
    (
        Credential(
            "url", "PRODUCTION_URL", "postgresql://reader:password@host:5432/database, of a login that only reads."
        ),
    ),
    (Stream("accounts"), Stream("users"), Stream("orders", total="amount_minor"),
     Stream("transactions", total="amount_minor")),
    sandbox,
    cadence="critical",
    weight=40,
)
