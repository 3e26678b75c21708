"""One mail that the sandbox's mail server kept, laid out as files: its page and its pictures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.errors import UsageError
from app.kept_mail import Kept, body, files, headers_of, list_mail, mail_folder, parse, pictures
from app.settings import Settings

__all__ = ["Kept", "Opened", "list_mail", "read_mail"]


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


def read_mail(settings: Settings, mail_id: str) -> Opened:
    """Opens a mail and lays its pictures and its page out beside it.

    Args:
        settings: whose mail.
        mail_id: as in the list, its first letters if they say which, or `last`.

    Raises:
        UsageError: no mail has that id.
    """
    file = _find(settings, mail_id)
    message = parse(file)
    folder = mail_folder(settings) / file.stem
    folder.mkdir(exist_ok=True)
    laid_out = {}
    for cid, png in pictures(message).items():
        laid_out[cid] = folder / f"{Path(cid).name}.png"
        laid_out[cid].write_bytes(png)
    html = body(message, "html")
    page = html
    for cid, path in laid_out.items():
        page = page.replace(f"cid:{cid}", path.name)
    (folder / "index.html").write_text(page, encoding="utf-8")
    kept = headers_of(file.stem, message)
    return Opened(kept, body(message, "plain"), html, laid_out, folder / "index.html", file)


def _find(settings: Settings, mail_id: str) -> Path:
    known = files(settings)
    found = known[:1] if mail_id == "last" else [file for file in known if file.stem.startswith(mail_id)]
    if len(found) != 1:
        what = "There is no mail yet" if not known else f"{len(found)} of {len(known)} mails have the id {mail_id!r}"
        raise UsageError(f"{what}. Expected the id of one mail, or `last`. See `plumbline mail list`.")
    return found[0]
