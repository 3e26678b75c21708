"""The versions of the company's own files as rows of portal.file_version: each content once, and what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, text

FOLDER = "folder"
"""Who put a file in place of which nobody knows more than that it lay in the folder."""
LOCK = text("select pg_advisory_xact_lock(hashtext('plumbline file ' || :name))")
KEEP = text(
    """
    insert into portal.file_version
        (name, version, format, sha256, byte_count, row_count, content, came_from, kept_by, placed_by)
    select :name, coalesce(max(version), 0) + 1, :format, :sha256, :byte_count, :row_count, :content, :came_from,
        :by, :by
    from portal.file_version where name = :name
    on conflict (name, sha256) do nothing
    """
)
PLACE = text(
    "update portal.file_version set placed_by = :by, placed_at = clock_timestamp() "
    "where name = :name and sha256 = :sha256"
)
COLUMNS = (
    "name, version, format, sha256, byte_count, row_count, came_from, kept_by, kept_at, placed_by, placed_at, "
    "loaded_at, refused_at, refusal, row_number() over (partition by name order by placed_at desc, version desc) = 1"
)
NEWEST_FIRST = text(
    f"select {COLUMNS} from portal.file_version where name = any(:names) order by name, placed_at desc, version desc"
)
CONTENT = text("select content from portal.file_version where name = :name and version = :version")


@dataclass(frozen=True)
class Version:
    """One content of a file.

    Attributes:
        version: 1 is the first that was kept.
        row_count: None for one that breaks its schema.
        came_from: how it came the first time.
        kept_by, kept_at: who brought it the first time; `folder` where it lay in the folder.
        placed_by, placed_at: who put it in place last.
        loaded_at: when it was last loaded.
        refused_at, refusal: when a load last refused it, and why.
        is_in_place: whether it is the one that lies in the folder, as far as anybody has noted.
    """

    name: str
    version: int
    format: str
    sha256: str = field(repr=False)
    byte_count: int
    row_count: int | None
    came_from: str
    kept_by: str
    kept_at: datetime
    placed_by: str
    placed_at: datetime
    loaded_at: datetime | None
    refused_at: datetime | None
    refusal: str | None
    is_in_place: bool

    @property
    def state(self) -> Literal["loaded", "waiting", "refused", "replaced"]:
        """What became of it: `waiting` is in place and for the next load to take."""
        if not self.is_in_place:
            return "refused" if self.loaded_at is None and self.refused_at is not None else "replaced"
        if self.refused_at is not None and self.refused_at >= self.placed_at:
            return "refused"
        return "loaded" if self.loaded_at is not None and self.loaded_at >= self.placed_at else "waiting"

    @property
    def filename(self) -> str:
        return f"{self.name}.{self.format}"


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def lock(connection: Connection, name: str) -> None:
    """Until the transaction ends nobody else notes or places a file of that name."""
    connection.execute(LOCK, {"name": name})


def keep(
    connection: Connection, name: str, ending: str, content: bytes, *, row_count: int | None, came_from: str, by: str
) -> None:
    """Keeps a content; nothing happens to one that is kept already, whoever brought it."""
    row = {
        "name": name, "format": ending, "sha256": digest(content), "byte_count": len(content), "content": content,
        "row_count": row_count, "came_from": came_from, "by": by,
    }  # fmt: skip
    connection.execute(KEEP, row)


def place(connection: Connection, name: str, sha256: str, by: str) -> None:
    """Notes that a kept content is the one in place now."""
    connection.execute(PLACE, {"name": name, "sha256": sha256, "by": by})


def versions(connection: Connection, *names: str) -> tuple[Version, ...]:
    """The versions of these files, by name; the one in place first, then the one before it, and so on."""
    return tuple(Version(*row) for row in connection.execute(NEWEST_FIRST, {"names": list(names)}))


def content_of(connection: Connection, name: str, version: int) -> bytes | None:
    """The bytes of a version; None where there is none of that number."""
    found = connection.execute(CONTENT, {"name": name, "version": version}).scalar()
    return None if found is None else bytes(found)
