"""The mails that Plumbline sent to a person, as the log of deliveries knows them; nobody's but their own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from app.access import Viewer
from app.audited import MOST_ROWS, AuditedReads
from app.connections import Connections
from app.errors import NotPermitted
from app.kept_mail import find, whole_page
from app.secrets import PORTAL
from app.settings import Settings

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
    """What a person may open of what was mailed to them; the log of deliveries is read as the portal's login."""

    def __init__(self, connections: Connections, reads: AuditedReads, settings: Settings) -> None:
        self._connections = connections
        self._reads = reads
        self._settings = settings

    @property
    def are_kept(self) -> bool:
        """Whether what was mailed can be opened here: only the sandbox's own mail server keeps it."""
        return self._settings.has_sandbox and self._settings.smtp_host is None

    def to(self, viewer: Viewer, most: int = 50) -> tuple[Sent, ...]:
        """What was mailed to this person, newest first, one that was tried again once; never anybody else's."""
        sent = self._sent_to(viewer.email, most)
        self._reads.note(viewer, "list mail", recipient=viewer.email, mails=[mail.mail_id for mail in sent])
        return sent

    def open(self, viewer: Viewer, mail_id: str) -> str | None:
        """A mail to this person as an HTML page with its pictures inside; None where its content is not kept.

        Raises:
            NotPermitted: no such mail was sent to them.
        """
        mail = next((each for each in self._sent_to(viewer.email, MOST_ROWS) if each.mail_id == mail_id), None)
        self._reads.note(viewer, "open mail", "ok" if mail else "refused", mail=mail_id)
        if mail is None:
            raise NotPermitted(
                f"No mail {mail_id!r} was sent to {viewer.email}. Expected one of the page Mail. Choose it there."
            )
        message = find(self._settings, str(mail.message_id), viewer.email) if self.are_kept else None
        return whole_page(message) if message is not None else None

    def _sent_to(self, email: str, most: int) -> tuple[Sent, ...]:
        with self._connections.ask(PORTAL) as connection:
            return tuple(Sent(*row) for row in connection.execute(THEIRS, {"email": email, "most": most}))
