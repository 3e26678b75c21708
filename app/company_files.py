"""Putting the company's own files in place: who may, what would change, and never without its version and its audit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import text

from app.access import Viewer
from app.audited import Request, write_audit
from app.connections import Connections
from app.errors import FileError, NotPermitted
from app.file_versions import Version, content_of, digest, keep, lock, place, versions
from app.files import folder
from app.files.catalogue import BY_NAME, FILES
from app.files.check import FORMATS, Checked, check
from app.files.difference import Difference, difference
from app.files.problems import Unreadable
from app.files.schema import FileSchema, Row
from app.secrets import PORTAL
from app.settings import Settings

ASK = text(
    "insert into portal.load_request (source, is_full, requested_by) values ('files', false, :by) "
    "on conflict (source, is_full) where taken_at is null do nothing"
)
"""The load of what was put in place, by the scheduler that leads, as soon as can be."""
OVERSEER = "engineer"
"""Sees which versions there are and what became of them, and nothing of what is in them."""
REFUSED_UNSEEN = "It breaks its schema. What is wrong is told to those who may read it."


@dataclass(frozen=True)
class Proposal:
    """A file that somebody would put in place, checked; nothing has been changed.

    Attributes:
        content: its bytes, as they will lie in the folder.
        checked: its rows, or all that is wrong with it.
        change: what would change against what is in place; None where there are problems.
        over: the digest of what is in place, nothing where no file is.
        refusal: why this person may not make that change, though the file is sound.
    """

    schema: FileSchema
    ending: str
    content: bytes
    checked: Checked
    change: Difference | None
    over: str
    refusal: str = ""

    @property
    def can_be_placed(self) -> bool:
        return self.checked.is_good and not self.refusal


class CompanyFiles:
    """Reads and writes the folder and the versions, as the portal's login, for one viewer at a time."""

    def __init__(self, connections: Connections, settings: Settings) -> None:
        self._connections = connections
        self._folder = settings.files

    def shown_to(self, viewer: Viewer) -> tuple[FileSchema, ...]:
        """The files whose versions this viewer may see."""
        return tuple(each for each in FILES if each.may_read(viewer.roles) or OVERSEER in viewer.roles)

    def strangers(self) -> tuple[str, ...]:
        """Files in the folder that are called like none of ours, and so are never loaded."""
        return folder.look(self._folder).strangers

    def versions(self, viewer: Viewer, *names: str) -> tuple[Version, ...]:
        """The versions of the files that the viewer may see (of all such where none is named), newest first.

        Why one was refused quotes what stands in it: who may not read it is told only that it was.
        """
        shown = [each.name for each in self.shown_to(viewer) if not names or each.name in names]
        with self._connections.ask(PORTAL) as connection:
            return tuple(_as_shown(each, viewer) for each in versions(connection, *shown))

    def propose(self, viewer: Viewer, name: str, filename: str, content: bytes) -> Proposal:
        """Checks a file and says what it would change; changes nothing.

        Args:
            viewer: who brings it.
            name: which file it is.
            filename: what it is called where it comes from; its ending says what it is.
            content: its bytes.

        Raises:
            NotPermitted: the viewer may not put this file in place.
        """
        schema = self._writable(viewer, name)
        self._note(viewer, "check file", "ok", name)
        return self._proposed(viewer, schema, filename, content)

    def place(self, viewer: Viewer, proposal: Proposal, action: str = "place file") -> Version:
        """Puts a file in place: in the folder at one stroke, kept as a version, with its row in the audit.

        Raises:
            NotPermitted: the viewer may not make that change.
            FileError: the file breaks its schema, what is in place has changed since, or the folder cannot be written.
        """
        schema = self._writable(viewer, proposal.schema.name)
        filename = f"{schema.name}.{proposal.ending}"
        with self._connections.open(PORTAL) as connection:
            lock(connection, schema.name)
            again = self._proposed(viewer, schema, filename, proposal.content)
            self._refuse(viewer, again, proposal.over)
            digested = digest(proposal.content)
            keep(connection, schema.name, proposal.ending, proposal.content, row_count=len(again.checked.rows),
                 came_from="upload", by=viewer.email)  # fmt: skip
            place(connection, schema.name, digested, viewer.email)
            found = versions(connection, schema.name)[0]
            filters = {"file": schema.name, "version": found.version, "sha256": digested}
            write_audit(connection, viewer, Request(action, (), None, filters), row_count=found.row_count)
            connection.execute(ASK, {"by": viewer.email})
            try:
                folder.put(self._folder, schema.name, proposal.ending, proposal.content)
            except OSError as error:
                raise FileError(
                    f"{filename} cannot be written into {self._folder}: {error.strerror}. Expected a folder that the "
                    "portal may write, on a disk with room. Mend that, then put the file in place again."
                ) from None
        return found

    def content(self, viewer: Viewer, name: str, version: int) -> bytes:
        """The bytes of a version.

        Raises:
            NotPermitted: the viewer may not see what is in it.
            FileError: there is no such version.
        """
        schema = BY_NAME.get(name)
        if schema is None or not schema.may_read(viewer.roles):
            self._note(viewer, "download file", "refused", name, version)
            raise _not_permitted(viewer, name, schema.readers if schema else ())
        found = self._content(name, version)
        self._note(viewer, "download file", "ok", name, version)
        return found

    def bring_back(self, viewer: Viewer, name: str, version: int) -> Version:
        """Puts an earlier version in place again.

        Raises:
            NotPermitted, FileError: as `place`; also where there is no such version.
        """
        self._writable(viewer, name)
        found = next((each for each in self.versions(viewer, name) if each.version == version), None)
        content = self._content(name, version)
        filename = found.filename if found else name
        return self.place(viewer, self.propose(viewer, name, filename, content), "bring back file")

    def _content(self, name: str, version: int) -> bytes:
        with self._connections.open(PORTAL) as connection:
            found = content_of(connection, name, version)
        if found is None:
            raise FileError(
                f"{name} has no version {version}. Expected one that is kept. Look at `plumbline files history {name}`."
            )
        return found

    def _writable(self, viewer: Viewer, name: str) -> FileSchema:
        schema = BY_NAME.get(name)
        if schema is None:
            raise FileError(f"No file is called {name!r}. Expected one of: {', '.join(BY_NAME)}.")
        if not schema.may_write(viewer.roles):
            self._note(viewer, "place file", "refused", name)
            raise _not_permitted(viewer, name, schema.writers)
        return schema

    def _proposed(self, viewer: Viewer, schema: FileSchema, filename: str, content: bytes) -> Proposal:
        checked = check(filename, content, schema)
        ending = filename.rpartition(".")[2].lower()
        if not checked.is_good or ending not in FORMATS:
            return Proposal(schema, ending, content, checked, None, "")
        before, over = self._in_place(schema)
        change = difference(before, checked.rows, schema)
        return Proposal(schema, ending, content, checked, change, over, _overreach(viewer, schema, change))

    def _in_place(self, schema: FileSchema) -> tuple[Sequence[Row], str]:
        """The rows in place and the digest of the file; of one that cannot be read, what was last loaded."""
        path = folder.look(self._folder).files.get(schema.name)
        over = ""
        if path is not None:
            try:
                content = folder.read_steady(path)
            except Unreadable as stopped:
                raise FileError(str(stopped)) from None
            over, found = digest(content), check(path.name, content, schema)
            if found.is_good:
                return found.rows, over
        return self._loaded(schema), over

    def _loaded(self, schema: FileSchema) -> Sequence[Row]:
        with self._connections.open(PORTAL) as connection:
            loaded = [each for each in versions(connection, schema.name) if each.loaded_at is not None]
            if not loaded:
                return ()
            newest = max(loaded, key=lambda each: each.loaded_at or each.placed_at)
            content = content_of(connection, schema.name, newest.version) or b""
        return check(newest.filename, content, schema).rows

    def _refuse(self, viewer: Viewer, proposal: Proposal, over: str) -> None:
        if not proposal.checked.is_good:
            raise FileError(str(proposal.checked.problems[0]))
        if proposal.refusal:
            self._note(viewer, "place file", "refused", proposal.schema.name)
            raise NotPermitted(proposal.refusal)
        if proposal.over != over:
            raise FileError(
                f"The {proposal.schema.name} in place is another than the one your change was shown against: somebody "
                "put one in place since. Expected the same. Look at what would change now, then put yours in place."
            )

    def _note(self, viewer: Viewer, action: str, outcome: str, name: str, version: int | None = None) -> None:
        with self._connections.open(PORTAL) as connection:
            request = Request(action, (), None, {"file": name, "version": version})
            write_audit(connection, viewer, request, outcome=outcome)


def _as_shown(version: Version, viewer: Viewer) -> Version:
    """A version without what quotes its content, for whom that is not."""
    if version.refusal is None or BY_NAME[version.name].may_read(viewer.roles):
        return version
    return replace(version, refusal=REFUSED_UNSEEN)


def _overreach(viewer: Viewer, schema: FileSchema, change: Difference) -> str:
    """Why the change reaches beyond the viewer's own rows; nothing where it does not."""
    if not schema.own_rows or "finance" in viewer.roles:
        return ""
    others = {str(each.row[schema.own_rows]) for each in change.all} - set(viewer.roles)
    if not others:
        return ""
    own = ", ".join(role for role in schema.writers if role in viewer.roles)
    return (
        f"This file would change rows of {', '.join(sorted(others))}. Expected changes to rows of {own} alone, which "
        "are yours. Leave the other rows as they are in place, or ask finance."
    )


def _not_permitted(viewer: Viewer, name: str, roles: Sequence[str]) -> NotPermitted:
    return NotPermitted(
        f"{viewer.email} may not do this with {name}. Found the roles {', '.join(viewer.roles) or 'none'}; expected "
        f"one of: {', '.join(roles) or 'none'}. Ask the person who runs Plumbline."
    )
