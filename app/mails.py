"""The mails that Plumbline sent to a person, as the log of deliveries knows them; nobody's but their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.connections import Connections
from app.secrets import PORTAL

THEIRS = text(
    """
    with latest as (
        select distinct on (coalesce(message_id, mail_id::text))
            mail_id, kind, subject, sent_at, result, error, message_id
        from portal.mail_log
        where lower(recipient) = lower(:email)
        order by coalesce(message_id, mail_id::text), sent_at desc
    )

    select mail_id::text, kind, subject, sent_at, result, error, message_id
    from latest
    order by sent_at desc, mail_id
    limit :most
    """
)


@dataclass(frozen=True)
class Sent:
    """A mail to somebody, by its last attempt.

    Attributes:
        kind: `alert` or `report`.
        result: `sent` or `failed`.
        error: why it failed.
    """

    mail_id: str
    kind: str
    subject: str
    sent_at: datetime
    result: str
    error: str | None
    message_id: str | None


class Mails:
    """Reads the log of deliveries for one recipient at a time, as the portal's login."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def sent_to(self, email: str, most: int) -> tuple[Sent, ...]:
        """The mails to that person, newest first; one that was tried again stands once."""
        with self._connections.open(PORTAL) as connection:
            return tuple(Sent(*row) for row in connection.execute(THEIRS, {"email": email, "most": most}))
