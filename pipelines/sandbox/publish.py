"""After the company's time has moved: its production rows, and Stripe's signed webhooks to the portal.

What cannot be delivered is told and not tried again: the next load brings the same changes through the API.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from time import time

import httpx

from app.clock import as_of
from app.login import bracketed, reached_at
from app.secrets import get_secret
from app.settings import Settings
from pipelines.ports import port_of
from pipelines.sandbox import production

PATH = "/webhooks/stripe"
HEADER = "Stripe-Signature"
MOST = 2_000
"""The youngest events that are posted after one move; the load brings all."""
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Published:
    """What went out: rows changed in production, webhooks accepted, webhooks not delivered."""

    production_rows: int
    webhooks_sent: int
    webhooks_failed: int


def publish(settings: Settings, since: int | None = None) -> Published:
    """Shows the outside what changed in the company's life.

    Args:
        settings: of the sandbox's home.
        since: post the webhooks of events created after this epoch second; None posts none (at birth).

    Raises:
        SourceDown: the production server does not answer.
    """
    rows = sum(production.seed(settings).values())
    if since is None:
        return Published(rows, 0, 0)
    sent = failed = 0
    address = f"http://{bracketed(reached_at(settings))}:{port_of(settings, 'portal')}{PATH}"
    secret = get_secret(settings, "stripe_webhook")
    with httpx.Client(timeout=10) as client:
        for payload in events_since(settings, since):
            try:
                answer = client.post(address, content=payload, headers={
                    HEADER: signature(payload, secret, int(time())), "Content-Type": "application/json",
                })
            except httpx.TransportError as error:
                log.warning("The portal takes no webhooks now (%s); the next load brings the changes.", error)
                return Published(rows, sent, failed + 1)
            sent, failed = (sent + 1, failed) if answer.is_success else (sent, failed + 1)
    return Published(rows, sent, failed)


def signature(payload: bytes, secret: str, at: int) -> str:
    """Stripe's signature header: an HMAC-SHA256 over time and body."""
    digest = hmac.new(secret.encode(), b"%d.%s" % (at, payload), hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def events_since(settings: Settings, since: int) -> Iterator[bytes]:
    """The bodies of the youngest events after `since` and until the company's now, oldest first."""
    store = settings.home / "sandbox" / "vendors.db"
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            "select cast(body as blob) from event where vendor = 'stripe' and created > ? and created <= ? "
            "order by created desc, id desc limit ?",
            (since, int(as_of(settings).timestamp()), MOST),
        ).fetchall()
    for (body,) in reversed(rows):
        yield body
