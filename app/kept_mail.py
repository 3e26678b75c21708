"""The sandbox's kept mail, read from its folder: one .eml file each, whose names sort by arrival. Writes nothing."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from app.errors import UsageError
from app.settings import Settings


@dataclass(frozen=True)
class Kept:
    """A kept mail without its body.

    Attributes:
        mail_id: name of its file without the ending; sorts by arrival.
    """

    mail_id: str
    sent_at: datetime
    to: str
    subject: str

    def payload(self) -> Mapping[str, object]:
        """As `plumbline mail list --json` gives it."""
        return {"mail_id": self.mail_id, "sent_at": self.sent_at, "to": self.to, "subject": self.subject}


def mail_folder(settings: Settings) -> Path:
    """Where the sandbox keeps the mail."""
    return settings.home / "mail"


def files(settings: Settings) -> list[Path]:
    """The kept mails, newest first; empty before the first."""
    return sorted(mail_folder(settings).glob("*.eml"), reverse=True)


def list_mail(settings: Settings) -> list[Kept]:
    """The kept mails without their bodies, newest first."""
    return [headers_of(file.stem, parse(file)) for file in files(settings)]


def find(settings: Settings, message_id: str, recipient: str) -> EmailMessage | None:
    """The mail of that Message-ID to that person; None where it is not kept, or is somebody else's."""
    for file in files(settings):
        message = parse(file)
        if message["Message-ID"] == message_id and str(message["To"]).lower() == recipient.lower():
            return message
    return None


def parse(file: Path) -> EmailMessage:
    """A kept mail.

    Raises:
        UsageError: the file is no mail.
    """
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise UsageError(f"{file} is not a mail. Delete the file.")
    return message


def headers_of(mail_id: str, message: EmailMessage) -> Kept:
    sent_at = parsedate_to_datetime(str(message["Date"]))
    return Kept(mail_id, sent_at, str(message["To"]), str(message["Subject"]))


def body(message: EmailMessage, kind: str) -> str:
    """One of the mail's bodies: `plain` or `html`; nothing where it has none."""
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""


def pictures(message: EmailMessage) -> dict[str, bytes]:
    """The pictures that travel with the mail, by the content id its HTML names them by."""
    return {
        str(part["Content-ID"]).strip("<>"): bytes(part.get_payload(decode=True))
        for part in message.walk()
        if part.get_content_maintype() == "image"
    }


def whole_page(message: EmailMessage) -> str:
    """The mail's HTML with its pictures inside, so that nothing has to be fetched to see it."""
    page = body(message, "html")
    for cid, png in pictures(message).items():
        page = page.replace(f"cid:{cid}", f"data:image/png;base64,{base64.b64encode(png).decode()}")
    return page
