"""Saved things on behalf of who looks: one's own, those shared with one's roles. Nobody else's are there at all.

None of them holds a figure: whoever opens one asks its questions with their own rights. Only its owner changes it,
others copy. Each act leaves a row in the audit, a refused one too; an id says nothing and cannot be guessed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Connection, TextClause, text

from app.access import ROLES, Viewer
from app.audited import AuditedReads, Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.errors import NotPermitted, UsageError
from app.saved import rows
from app.saved.rows import SavedThing, Version
from app.secrets import PORTAL
from app.written import is_line

log = logging.getLogger("plumbline.portal")
LONGEST_TITLE, LONGEST_NOTE = 80, 500
IN_TURN = text("select pg_advisory_xact_lock(hashtext('plumbline titles of ' || :email))")
"""One person's two windows, one after the other: both could find a title free and take it."""
Content = TypeVar("Content")


@dataclass(frozen=True)
class Kind(Generic[Content]):
    """A kind of thing.

    Attributes:
        noun: what one is called, in words and as its table.
        read, written: from what the JSON that is kept holds, and to that JSON. What is kept is not judged by its
            length: Postgres writes the same content longer than it was given.
        judge: raises where a content is none that could be shown.
        wrong, changed: the errors of this kind: what cannot be kept, and what was saved elsewhere meanwhile.
    """

    noun: str
    read: Callable[[Any], Content]
    written: Callable[[Content], str]
    judge: Callable[[Content], None]
    wrong: type[UsageError]
    changed: type[UsageError]


class SavedThings(Generic[Content]):
    """What a person may do with the things of a kind."""

    def __init__(self, kind: Kind[Content], connections: Connections, reads: AuditedReads) -> None:
        self._kind, self._connections, self._reads = kind, connections, reads

    def mine(self, viewer: Viewer) -> tuple[SavedThing[Content], ...]:
        """The viewer's own, the newest first."""
        return self._listed(rows.MINE, {"email": viewer.email.lower()})

    def shared(self, viewer: Viewer) -> tuple[SavedThing[Content], ...]:
        """Those of others that one of the viewer's roles may open, the newest first."""
        return self._listed(rows.SHARED, {"email": viewer.email.lower(), "roles": list(viewer.roles)})

    def open(self, viewer: Viewer, thing_id: str) -> SavedThing[Content]:
        """One of the viewer's own or shared with one of their roles; notes that they opened it.

        Raises:
            NotPermitted: there is none of that id for them, whether or not there is one for others.
        """
        found = self._seen(viewer, thing_id, "open {}")
        with self._connections.open(PORTAL) as connection:
            values = {"id": found.thing_id, "email": viewer.email.lower(), "at": wall()}
            connection.execute(self._sql(rows.OPENED), values)
            self._note(connection, viewer, "open {}", found.thing_id)
        return found

    def seen(self, viewer: Viewer, thing_id: str) -> SavedThing[Content]:
        """As `open`, for a part of a page: it is not counted as opened, since the page was.

        Raises:
            NotPermitted: as `open`.
        """
        return self._seen(viewer, thing_id, "open {}")

    def save(self, viewer: Viewer, title: str, content: Content, description: str = "") -> SavedThing[Content]:
        """A new one of the viewer's own.

        Raises:
            UsageError: as its kind says: its title is empty, too long or taken, or there is nothing to show of it.
        """
        title = self._titled(title, description)
        self._kind.judge(content)
        values = {"id": uuid4(), "owner": viewer.email, "title": title, "description": description.strip(),
                  "definition": self._kind.written(content), "at": wall()}  # fmt: skip
        with self._connections.open(PORTAL) as connection:
            connection.execute(IN_TURN, {"email": viewer.email.lower()})
            if not connection.execute(self._sql(rows.PUT), values).rowcount:
                raise self._taken(title)
            connection.execute(self._sql(rows.KEEP), {"id": values["id"], "by": viewer.email})
            self._note(connection, viewer, "save {}", values["id"], title=title, version=1)
        return self._seen(viewer, str(values["id"]), "save {}")

    def change(self, viewer: Viewer, saved: SavedThing[Content], *, content: Content | None = None,
               title: str | None = None, description: str | None = None) -> SavedThing[Content]:  # fmt: skip
        """The next version of one of the viewer's own.

        Args:
            viewer: its owner.
            saved: the version that was changed.
            content, title, description: what is new of it.

        Raises:
            NotPermitted: it is not theirs.
            UsageError: `changed` of its kind where another version was saved since, by them elsewhere: nothing is
                overwritten; else as `save`.
        """
        title = self._titled(title if title is not None else saved.title, description or "")
        new = content if content is not None else saved.content
        if content is not None:
            self._kind.judge(content)
        values = {"title": title, "definition": self._kind.written(new), "version": saved.version, "at": wall(),
                  "description": saved.description if description is None else description.strip()}  # fmt: skip
        own = self._owned(viewer, str(saved.thing_id), "save {}")
        with self._connections.open(PORTAL) as connection:
            self._refuse_taken(connection, viewer, title, own.thing_id)
            if not connection.execute(self._sql(rows.CHANGE), {**values, "id": own.thing_id}).rowcount:
                raise self._kind.changed(
                    f"“{own.title}” was saved elsewhere meanwhile: version {own.version} is there, yours began at "
                    f"version {saved.version}. Nothing is lost: save yours under another name, or open the newer one."
                )
            connection.execute(self._sql(rows.KEEP), {"id": own.thing_id, "by": viewer.email})
            self._note(connection, viewer, "save {}", own.thing_id, title=title, version=saved.version + 1)
        return self._seen(viewer, str(own.thing_id), "save {}")

    def copy(self, viewer: Viewer, thing_id: str) -> SavedThing[Content]:
        """One of the viewer's own that says the same as one that they may open.

        Raises:
            NotPermitted: as `open`.
        """
        found = self._seen(viewer, thing_id, "copy {}")
        taken = {each.title.lower() for each in self.mine(viewer)}
        stem = found.title[: LONGEST_TITLE - 12]
        names = (f"{stem} (copy{f' {at}' if at > 1 else ''})" for at in range(1, len(taken) + 2))
        title = found.title if found.title.lower() not in taken else next(n for n in names if n.lower() not in taken)
        return self.save(viewer, title, found.content, found.description)

    def delete(self, viewer: Viewer, thing_id: str) -> SavedThing[Content]:
        """Takes one of the viewer's own away, from everybody; `bring_back` undoes it.

        Raises:
            NotPermitted: it is not theirs.
        """
        own = self._owned(viewer, thing_id, "delete {}")
        with self._connections.open(PORTAL) as connection:
            connection.execute(self._sql(rows.GONE), {"id": own.thing_id, "at": wall()})
            self._note(connection, viewer, "delete {}", own.thing_id)
        return own

    def bring_back(self, viewer: Viewer, thing_id: str) -> None:
        """Undoes a deletion; who it is shared with stays as it was.

        Raises:
            NotPermitted: it is not theirs.
            UsageError: another one has its title by now.
        """
        own = self._owned(viewer, thing_id, "bring back {}", is_deleted=True)
        with self._connections.open(PORTAL) as connection:
            self._refuse_taken(connection, viewer, own.title, own.thing_id)
            connection.execute(self._sql(rows.BACK), {"id": own.thing_id})
            self._note(connection, viewer, "bring back {}", own.thing_id)

    def share(self, viewer: Viewer, thing_id: str, roles: Sequence[str]) -> None:
        """Lets these roles open it, each person with their own rights; no other role any more.

        Raises:
            NotPermitted: it is not theirs.
            UsageError: there is no such role.
        """
        unknown = [role for role in roles if role not in ROLES]
        if unknown:
            raise self._kind.wrong(f"No role is called {unknown[0]!r}. Expected some of: {', '.join(ROLES)}.")
        own = self._owned(viewer, thing_id, "share {}")
        with self._connections.open(PORTAL) as connection:
            connection.execute(self._sql(rows.UNSHARE), {"id": own.thing_id, "roles": list(roles)})
            for role in roles:
                values = {"id": own.thing_id, "role": role, "by": viewer.email, "at": wall()}
                connection.execute(self._sql(rows.SHARE), values)
            self._note(connection, viewer, "share {}", own.thing_id, roles=list(roles))

    def versions(self, viewer: Viewer, thing_id: str) -> tuple[Version[Content], ...]:
        """The newest fifty versions of one of the viewer's own, the newest first.

        Raises:
            NotPermitted: it is not theirs.
        """
        own = self._owned(viewer, thing_id, "list {} versions")
        with self._connections.ask(PORTAL) as connection:
            found = connection.execute(self._sql(rows.VERSIONS), {"id": own.thing_id}).all()
        return tuple(Version(row[0], row[1], self._kind.read(row[2]), row[3], row[4]) for row in found)

    def _listed(self, template: str, values: dict[str, Any]) -> tuple[SavedThing[Content], ...]:
        """The rows as things; one that cannot be read, as of a later release, takes no list away with it."""
        with self._connections.ask(PORTAL) as connection:
            found = connection.execute(self._sql(template), values).all()
        known = []
        for row in found:
            try:
                known.append(self._read(row))
            except self._kind.wrong as error:
                log.error("%s %s cannot be read: %s", self._kind.noun, row.thing_id, error)
        return tuple(known)

    def _read(self, row: Any) -> SavedThing[Content]:
        values = dict(row._mapping)
        content = self._kind.read(values.pop("definition"))
        return SavedThing(content=content, **{**values, "roles": tuple(values["roles"])})

    def _seen(self, viewer: Viewer, thing_id: str, act: str) -> SavedThing[Content]:
        """The thing, where it is the viewer's or shared with a role of theirs."""
        return self._found(viewer, thing_id, act, lambda each: (
            not each.is_deleted and each.is_of(viewer.email)
        ) or _opens(each, viewer))  # fmt: skip

    def _owned(self, viewer: Viewer, thing_id: str, act: str, *, is_deleted: bool = False) -> SavedThing[Content]:
        """The thing, where it is the viewer's own."""
        return self._found(viewer, thing_id, act,
                           lambda each: each.is_of(viewer.email) and each.is_deleted == is_deleted)  # fmt: skip

    def _found(
        self, viewer: Viewer, thing_id: str, act: str, may: Callable[[SavedThing[Content]], bool]
    ) -> SavedThing[Content]:
        noun, wanted = self._kind.noun, _uuid(thing_id)
        known = self._listed(rows.ONE, {"id": wanted, "email": viewer.email.lower()}) if wanted else ()
        found = known[0] if known else None
        if found is not None and may(found):
            return found
        self._reads.note(viewer, act.format(noun), "refused", **{noun: str(thing_id)[:80]})
        said = "is not yours to change. Copy it, and change the copy." if found and _opens(found, viewer) else (
            "is not there for you. Expected one of your own, or one that is shared with a role of yours. Ask whoever "
            "sent you here to share it."
        )
        raise NotPermitted(f"This {noun} {said}")

    def _refuse_taken(self, connection: Connection, viewer: Viewer, title: str, thing_id: UUID) -> None:
        connection.execute(IN_TURN, {"email": viewer.email.lower()})
        free = {"email": viewer.email.lower(), "title": title, "id": thing_id}
        if connection.execute(self._sql(rows.TAKEN), free).first():
            raise self._taken(title)

    def _taken(self, title: str) -> UsageError:
        return self._kind.wrong(
            f"You have a {self._kind.noun} called “{title}” already. Choose another name, or change that one."
        )

    def _titled(self, title: str, description: str) -> str:
        """The title as it is kept; refused where it is empty, too long, or cannot be seen."""
        said = " ".join(title.split())
        if not is_line(said, LONGEST_TITLE):
            raise self._kind.wrong(
                f"A {self._kind.noun} needs a name of 1 to {LONGEST_TITLE} characters that can be seen; found "
                f"{len(said)}. Name it so."
            )
        if len(description) > LONGEST_NOTE or "\x00" in description:
            raise self._kind.wrong(
                f"A note has at most {LONGEST_NOTE} characters; found {len(description)}. Shorten it."
            )
        return said

    def _sql(self, template: str) -> TextClause:
        return _statement(template, self._kind.noun)

    def _note(self, connection: Connection, viewer: Viewer, act: str, thing_id: object, **more: object) -> None:
        told = {self._kind.noun: str(thing_id), **more}
        write_audit(connection, viewer, Request(act.format(self._kind.noun), (), None, told))


_statement = lru_cache(maxsize=64)(rows.statement)


def _opens(found: SavedThing[Any], viewer: Viewer) -> bool:
    return not found.is_deleted and bool(set(found.roles) & set(viewer.roles))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
