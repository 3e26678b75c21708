"""What a load of the files leaves behind: a version of each content it found, and whether it was loaded or refused."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Engine, text

from app.file_versions import FOLDER, digest, keep, lock, place, versions
from app.files.catalogue import BY_NAME
from app.files.check import check
from app.files.folder import look, read_steady
from app.files.problems import Unreadable
from app.settings import Settings

LOADED = text(
    "update portal.file_version set loaded_at = clock_timestamp(), refused_at = null, refusal = null, "
    "in_force_since = case when loaded_at >= placed_at then in_force_since else clock_timestamp() end "
    "where name = :name and sha256 = :sha256"
)
REFUSED = text(
    "update portal.file_version set refused_at = clock_timestamp(), refusal = :refusal "
    "where name = :name and sha256 = :sha256"
)


@dataclass(frozen=True)
class Found:
    """What lay in the folder when a load began: the digest of each file by its name."""

    digests: dict[str, str]


def note_found(settings: Settings, engine: Engine) -> Found:
    """Keeps a version of each file in the folder, also of one that breaks its schema, with what is wrong with it.

    A content that is kept already adds nothing. Files that cannot be read are for the load to complain about.

    Args:
        settings: whose folder.
        engine: of the worker's login.
    """
    found: dict[str, str] = {}
    for name, path in look(settings.files).files.items():
        try:
            content = read_steady(path)
        except Unreadable:
            continue
        found[name] = digest(content)
        with engine.begin() as connection:
            lock(connection, name)
            _note(connection, name, path.suffix.lower().lstrip("."), path.name, content)
    return Found(found)


def note_loaded(settings: Settings, engine: Engine, before: Found) -> None:
    """Says of each file that it was loaded, unless another content lies in its place by now."""
    for name, path in look(settings.files).files.items():
        try:
            is_same = before.digests.get(name) == digest(read_steady(path))
        except Unreadable:
            continue
        if is_same:
            with engine.begin() as connection:
                connection.execute(LOADED, {"name": name, "sha256": before.digests[name]})


def _note(connection: Connection, name: str, ending: str, filename: str, content: bytes) -> None:
    sha256 = digest(content)
    known = {each.sha256: each for each in versions(connection, name)}
    if sha256 in known and not known[sha256].is_in_place:
        place(connection, name, sha256, FOLDER)
    if sha256 not in known or known[sha256].row_count is None:
        checked = check(filename, content, BY_NAME[name])
        rows = len(checked.rows) if checked.is_good else None
        keep(connection, name, ending, content, row_count=rows, came_from="folder", by=FOLDER)
        if not checked.is_good:
            refusal = " ".join(str(problem) for problem in checked.problems[:5])
            connection.execute(REFUSED, {"name": name, "sha256": sha256, "refusal": refusal})
