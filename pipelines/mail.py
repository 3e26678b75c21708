"""The post office: composes a mail, hands it to the mail server, and writes down how that went.

The server is the one of the settings (`PLUMBLINE_SMTP_HOST`, STARTTLS unless switched off), else the sandbox's own,
which keeps the mail. A mail that could not be sent is a row of portal.mail_log, never an exception: the next run
tries again.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from unicodedata import category
from uuid import NAMESPACE_URL, uuid4, uuid5

from sqlalchemy import Engine, text

from app.clock import wall
from app.errors import DependencyMissing, SettingsError
from app.settings import Settings
from pipelines.ports import LOOPBACK, port_of

TIMEOUT_SECONDS = 20
LONGEST_SUBJECT = 200
UNSEEN = ("Cc", "Cf", "Zl", "Zp")
"""Unicode's categories of what is not seen: controls, formats, and what ends a line."""


@dataclass(frozen=True)
class Picture:
    """A PNG that stands in a mail, as `<img src="cid:…">`."""

    cid: str
    png: bytes


@dataclass(frozen=True)
class Attachment:
    """A PDF that goes along."""

    name: str
    content: bytes


@dataclass(frozen=True)
class Mail:
    """A mail before it is sent.

    Attributes:
        kind: `alert`, `report`, `subscription` or `mention`.
        recipient: one address; everybody gets a mail of their own, as rights differ.
        key: what it is about; the same mail to the same person has the same Message-ID.
        subject: one line.
        text: for those who see no HTML; says the same.
        html: with its styles inside; pictures by `cid:`.
        stop: the address that stops such mails, for the mail program's own button (RFC 8058).
    """

    kind: str
    recipient: str
    key: str
    subject: str
    text: str
    html: str
    pictures: tuple[Picture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    stop: str = ""

    @property
    def message_id(self) -> str:
        return f"<{uuid5(NAMESPACE_URL, f'{self.kind}|{self.recipient}|{self.key}')}@plumbline>"


def one_line(subject: str) -> str:
    """The subject without what ends a header or turns its direction, and of a length that people read."""
    shown = "".join(" " if category(letter) in UNSEEN else letter for letter in subject)
    return shown if len(shown) <= LONGEST_SUBJECT else f"{shown[:LONGEST_SUBJECT]}…"


def compose(mail: Mail, sender: str) -> EmailMessage:
    """The mail as it goes over the wire: text, and HTML with its pictures beside it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, mail.recipient, one_line(mail.subject)
    message["Message-ID"], message["Date"] = mail.message_id, format_datetime(wall())
    message["Auto-Submitted"] = "auto-generated"
    if mail.stop:
        message["List-Unsubscribe"] = f"<{mail.stop}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    html = message.get_payload()[1]  # type: ignore[index]
    for picture in mail.pictures:
        html.add_related(  # type: ignore[union-attr]
            picture.png, "image", "png", cid=f"<{picture.cid}>", filename=f"{picture.cid}.png", disposition="inline"
        )
    for each in mail.attachments:
        message.add_attachment(each.content, "application", "pdf", filename=each.name)
    return message


@contextmanager
def server(settings: Settings) -> Iterator[smtplib.SMTP]:
    """A connection to the mail server: encrypted and signed in as the settings ask.

    Raises:
        SettingsError: there is no mail server, or the server offers no STARTTLS though it is asked for.
        smtplib.SMTPException, OSError: the server refuses or does not answer.
    """
    if settings.smtp_host is None and not settings.has_sandbox:
        raise SettingsError(
            "No mail server is set. Expected PLUMBLINE_SMTP_HOST, such as smtp.example.com. Set it to send mail."
        )
    host = settings.smtp_host or LOOPBACK
    port = settings.smtp_port if settings.smtp_host else port_of(settings, "mailbox")
    with smtplib.SMTP(host, port, timeout=TIMEOUT_SECONDS) as connection:
        if settings.smtp_host and settings.smtp_starttls:
            _encrypt(connection, host)
        if settings.smtp_host and settings.smtp_user:
            password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
            connection.login(settings.smtp_user, password)
        yield connection


def deliver(settings: Settings, engine: Engine, mail: Mail) -> str | None:
    """Sends one mail and logs it; never sends one again that the log knows as sent.

    Args:
        settings: which server, which sender.
        engine: connects as `plumbline_worker`.
        mail: the mail.

    Returns:
        None when it was sent now or before, else what went wrong.
    """
    with engine.connect() as connection:
        known = connection.scalar(
            text("select 1 from portal.mail_log where message_id = :id and result = 'sent' limit 1"),
            {"id": mail.message_id},
        )
    if known:
        return None
    error = _send(settings, mail)
    row = {
        "mail_id": uuid4(), "kind": mail.kind, "recipient": mail.recipient, "subject": mail.subject, "sent_at": wall(),
        "result": "failed" if error else "sent", "error": error, "message_id": mail.message_id,
    }  # fmt: skip
    with engine.begin() as connection:
        connection.execute(
            text(
                "insert into portal.mail_log (mail_id, kind, recipient, subject, sent_at, result, error, message_id) "
                "values (:mail_id, :kind, :recipient, :subject, :sent_at, :result, :error, :message_id)"
            ),
            row,
        )
    return error


def _send(settings: Settings, mail: Mail) -> str | None:
    try:
        with server(settings) as connection:
            connection.send_message(compose(mail, settings.mail_from))
    except (DependencyMissing, SettingsError) as error:
        return str(error)
    except (smtplib.SMTPException, OSError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def _encrypt(connection: smtplib.SMTP, host: str) -> None:
    connection.ehlo()
    if not connection.has_extn("starttls"):
        raise SettingsError(
            f"The mail server {host} offers no STARTTLS. Expected an encrypted connection, because "
            "PLUMBLINE_SMTP_STARTTLS is true. Use another port, or set it to false if the way there is safe."
        )
    connection.starttls(context=ssl.create_default_context())
    connection.ehlo()
