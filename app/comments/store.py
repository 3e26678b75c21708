"""Comments on a figure on behalf of who looks: whoever may see the figure sees what is said of it, nobody else.

The right is asked with each act and each look, so that who loses it no longer sees the thread. Each act leaves a row
in the audit, a refused one too. A mention waits in a table; the job `subscriptions` mails it.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from datetime import date
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection

from app.access import Viewer
from app.audited import AuditedReads, Request, write_audit
from app.clock import wall
from app.comments import rows
from app.comments.thread import Person, Thread, Where, judged, mentioned
from app.connections import Connections
from app.errors import NotPermitted, QuestionError, UsageError
from app.question import FIRST_YEAR, LAST_YEAR, LONGEST_VALUE, may_be_month, may_be_value
from app.secrets import PORTAL

TTL_SECONDS = 30.0
LONGEST_PAGE = 500


class Comments:
    """What can be said about a figure.

    Args:
        connections: of this process.
        reads: writes the audit.
        readers: metric → the roles that may read all that it is made of.
    """

    def __init__(self, connections: Connections, reads: AuditedReads,
                 readers: Callable[[str], Sequence[str]]) -> None:  # fmt: skip
        self._connections, self._reads, self._readers = connections, reads, readers
        self._kept: tuple[float, tuple[Thread, ...], str] = (float("-inf"), (), "")
        self._lock = threading.Lock()

    def open_threads(self, viewer: Viewer) -> tuple[Thread, ...]:
        """Every open thread on a figure that the viewer may see, the newest first; read twice a minute at most."""
        may: dict[str, bool] = {}
        for each in self._open()[0]:
            if each.metric not in may:
                may[each.metric] = self.may_see(viewer, each.metric)
        return tuple(each for each in self._open()[0] if may.get(each.metric))

    def open_on(self, viewer: Viewer, metric: str, month: date, where: Where) -> tuple[Thread, ...]:
        """The open threads on a figure, where the viewer may see it, the newest first; as `open_threads`."""
        found = tuple(each for each in self._open()[0] if each.is_on(metric, month, where))
        return found if found and self.may_see(viewer, metric) else ()

    @property
    def stamp(self) -> str:
        """Changes with whatever is said in an open thread."""
        return self._open()[1]

    def may_see(self, viewer: Viewer, metric: str) -> bool:
        """Whether a role of the viewer's may read all that the figure is made of.

        Raises:
            WarehouseDown: nobody can say now, which is no "no".
        """
        return bool(set(viewer.roles) & set(self._seen_by(metric)))

    def can_say_who(self, metric: str) -> bool:
        """Whether anybody may see the figure: nobody may while its mart is not built.

        Raises:
            WarehouseDown: as `may_see`.
        """
        return bool(self._seen_by(metric))

    def _seen_by(self, metric: str) -> Sequence[str]:
        try:
            return self._readers(metric)
        except QuestionError:  # a figure that there is no more: what was said of it went with it
            return ()

    def on(self, viewer: Viewer, metric: str, month: date, where: Where) -> tuple[Thread, ...]:
        """The threads on a figure of a month with these filters, open or resolved, the first one first.

        Raises:
            NotPermitted: the figure is not theirs to see.
        """
        self._permit(viewer, metric, "read comments")
        self._reads.note(viewer, "read comments", metric=metric, month=month, where=where)
        values = {"metric": metric, "month": month, "filters": rows.filters(where)}
        with self._connections.open(PORTAL) as connection:
            return rows.threads(connection, connection.execute(rows.ON, values).mappings().all())

    def people(self, viewer: Viewer, metric: str) -> tuple[Person, ...]:
        """Whom the viewer may mention on a figure: everybody who may see it, by name.

        Raises:
            NotPermitted: the figure is not theirs to see.
        """
        self._permit(viewer, metric, "list people")
        with self._connections.open(PORTAL) as connection:
            return rows.people(connection, self._readers(metric))

    def begin(self, viewer: Viewer, metric: str, month: date, where: Where, words: str, *, page: str = "",
              shown: float | None = None, chosen: Sequence[str] = ()) -> str:  # fmt: skip
        """Begins a thread.

        Args:
            viewer: who writes.
            metric, month, where: the figure.
            words: the comment.
            page: where it was written.
            shown: the figure as it was shown then.
            chosen: e-mails of whom it mentions beside those that its words name.

        Returns:
            The thread's id.

        Raises:
            NotPermitted: the figure is not theirs to see.
            UsageError: nothing or too much is said, somebody is mentioned who may not see the figure, or the address
                narrows the figure by what can be no value.
        """
        odd = next((value for _, value in where if not may_be_value(value)), None)
        if odd is not None:
            raise UsageError(f"The address narrows the figure to {odd[:40]!r}, which can be no value. Expected one of "
                             f"at most {LONGEST_VALUE} letters. Open the figure on its page, and write there."
                             )  # fmt: skip
        if not may_be_month(month):
            raise UsageError(f"A figure of {month.year} is none that can be known. Expected a month from {FIRST_YEAR} "
                             f"to {LAST_YEAR}. Open the figure on its page, and write there.")  # fmt: skip
        people, said = self.people(viewer, metric), judged(words)
        whom, thread = mentioned(said, chosen, people), uuid4()
        with self._connections.open(PORTAL) as connection:
            connection.execute(rows.BEGIN, {"thread": thread, "metric": metric, "month": month, "page":
                                            page[:LONGEST_PAGE], "filters": rows.filters(where), "by": viewer.email,
                                            "at": wall()})  # fmt: skip
            self._write(connection, viewer, thread, metric, said, shown, whom)
        self._forget()
        return str(thread)

    def answer(self, viewer: Viewer, thread_id: str, words: str, *, shown: float | None = None,
               chosen: Sequence[str] = ()) -> None:  # fmt: skip
        """Writes below what was said; a resolved thread is open again.

        Raises:
            NotPermitted, UsageError: as `begin`.
        """
        found = self._thread(viewer, thread_id, "comment")
        people, said = self.people(viewer, found.metric), judged(words)
        whom = mentioned(said, chosen, people)
        with self._connections.open(PORTAL) as connection:
            self._write(connection, viewer, UUID(found.thread_id), found.metric, said, shown, whom)
            if not found.is_open:
                connection.execute(rows.RESOLVE, {"thread": thread_id, "by": None, "at": None, "was_open": False})
        self._forget()

    def resolve(self, viewer: Viewer, thread_id: str) -> None:
        """Says that a thread is dealt with: it is folded, and no mark stands for it.

        Raises:
            NotPermitted: its figure is not theirs to see.
        """
        found = self._thread(viewer, thread_id, "resolve comments")
        with self._connections.open(PORTAL) as connection:
            values = {"thread": thread_id, "by": viewer.email, "at": wall(), "was_open": True}
            connection.execute(rows.RESOLVE, values)
            self._note(connection, viewer, "resolve comments", found.metric, thread=thread_id)
        self._forget()

    def take_back(self, viewer: Viewer, thread_id: str, comment_id: str) -> None:
        """Takes one's own words away; that there were some stays.

        Raises:
            NotPermitted: they are somebody else's, or the figure is not theirs to see any more.
        """
        found = self._thread(viewer, thread_id, "take back comment")
        is_theirs = any(each.comment_id == comment_id and each.by.lower() == viewer.email.lower()
                        for each in found.comments)  # fmt: skip
        if not is_theirs:
            self._reads.note(viewer, "take back comment", "refused", metric=found.metric, comment=comment_id[:80])
            raise NotPermitted("These words are not yours to take back. Expected a comment that you wrote.")
        with self._connections.open(PORTAL) as connection:
            connection.execute(rows.TAKE_BACK, {"comment": comment_id, "by": viewer.email, "at": wall()})
            self._note(connection, viewer, "take back comment", found.metric, comment=comment_id)
        self._forget()

    def _write(self, connection: Connection, viewer: Viewer, thread: UUID, metric: str, words: str,
               shown: float | None, whom: Sequence[str]) -> None:  # fmt: skip
        comment = uuid4()
        connection.execute(rows.WRITE, {"comment": comment, "thread": thread, "by": viewer.email, "words": words,
                                        "shown": shown, "at": wall()})  # fmt: skip
        for email in whom:
            connection.execute(rows.MENTION, {"comment": comment, "email": email})
        self._note(connection, viewer, "comment", metric, comment=str(comment), thread=str(thread),
                   mentions=list(whom))  # fmt: skip

    def _thread(self, viewer: Viewer, thread_id: str, action: str) -> Thread:
        """A thread on a figure that the viewer may see."""
        found: tuple[Thread, ...] = ()
        if _is_id(thread_id):
            with self._connections.open(PORTAL) as connection:
                found = rows.threads(connection, connection.execute(rows.ONE, {"thread": thread_id}).mappings().all())
        if found and self.may_see(viewer, found[0].metric):
            return found[0]
        self._reads.note(viewer, action, "refused", thread=thread_id[:80])
        raise NotPermitted("This thread is not there for you. Expected one on a figure that you may see.")

    def _permit(self, viewer: Viewer, metric: str, action: str) -> None:
        if not self.may_see(viewer, metric):
            self._reads.note(viewer, action, "refused", metric=metric[:80])
            raise NotPermitted(f"What is said about {metric} is for whoever may see it. Ask for the right.")

    def _open(self) -> tuple[tuple[Thread, ...], str]:
        with self._lock:
            at, known, stamp = self._kept
        if monotonic() - at < TTL_SECONDS:
            return known, stamp
        with self._connections.open(PORTAL) as connection:
            known = rows.threads(connection, connection.execute(rows.OPEN).mappings().all())
        stamp = hashlib.sha256(repr(known).encode()).hexdigest()[:16] if known else ""
        with self._lock:
            self._kept = (monotonic(), known, stamp)
        return known, stamp

    def _forget(self) -> None:
        """What was read before an act counts no more."""
        with self._lock:
            self._kept = (float("-inf"), (), "")

    def _note(self, connection: Connection, viewer: Viewer, action: str, metric: str, **more: Any) -> None:
        write_audit(connection, viewer, Request(action, (), metric, more))


def _is_id(words: str) -> bool:
    try:
        return str(UUID(words)) == words
    except ValueError:
        return False
