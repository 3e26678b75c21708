"""What the sandbox's mail server kept: the list, and one mail with its pictures laid out as files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from app.errors import UsageError
from app.settings import Settings
from pipelines.sandbox.mailbox import mail_folder


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


@dataclass(frozen=True)
class Opened:
    """A kept mail, opened.

    Attributes:
        text: the text part.
        html: the HTML part, pictures by `cid:`.
        pictures: cid → file of the picture.
        page: a file that a browser opens with its pictures.
        file: the mail itself.
    """

    kept: Kept
    text: str
    html: str
    pictures: Mapping[str, Path]
    page: Path
    file: Path

    def payload(self) -> Mapping[str, object]:
        """As `plumbline mail show --json` gives it."""
        return {
            **self.kept.payload(), "text": self.text, "html": self.html, "page": self.page, "file": self.file,
            "pictures": self.pictures,
        }  # fmt: skip


def list_mail(settings: Settings) -> list[Kept]:
    """The kept mails, newest first; empty before the first."""
    files = sorted(mail_folder(settings).glob("*.eml"), reverse=True)
    return [_headers(file.stem, _parse(file)) for file in files]


def read_mail(settings: Settings, mail_id: str) -> Opened:
    """Opens a mail and lays its pictures and its page out beside it.

    Args:
        mail_id: as in the list, its first letters if they say which, or `last`.

    Raises:
        UsageError: no mail has that id.
    """
    folder = mail_folder(settings)
    file = _find(folder, mail_id)
    message = _parse(file)
    shown = folder / file.stem
    shown.mkdir(exist_ok=True)
    pictures = {}
    for part in message.walk():
        if part.get_content_maintype() == "image":
            cid = str(part["Content-ID"]).strip("<>")
            pictures[cid] = shown / f"{Path(cid).name}.png"
            pictures[cid].write_bytes(part.get_payload(decode=True))  # type: ignore[arg-type]
    html = _body(message, "html")
    page = html
    for cid, path in pictures.items():
        page = page.replace(f"cid:{cid}", path.name)
    (shown / "index.html").write_text(page, encoding="utf-8")
    return Opened(
        _headers(file.stem, message), _body(message, "plain"), html, pictures, shown / "index.html", file
    )


def _find(folder: Path, mail_id: str) -> Path:
    files = sorted(folder.glob("*.eml"), reverse=True)
    found = files[:1] if mail_id == "last" else [file for file in files if file.stem.startswith(mail_id)]
    if len(found) != 1:
        what = "There is no mail yet" if not files else f"{len(found)} of {len(files)} mails have the id {mail_id!r}"
        raise UsageError(f"{what}. Expected the id of one mail, or `last`. See `plumbline mail list`.")
    return found[0]


def _parse(file: Path) -> EmailMessage:
    message = message_from_bytes(file.read_bytes(), policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise UsageError(f"{file} is not a mail. Delete the file.")
    return message


def _headers(mail_id: str, message: EmailMessage) -> Kept:
    sent_at = parsedate_to_datetime(str(message["Date"]))
    return Kept(mail_id, sent_at, str(message["To"]), str(message["Subject"]))


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part is not None else ""
