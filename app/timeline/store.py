"""The company's timeline on behalf of who looks: what people entered, what sources tell, and the acts on both.

Charts show an event to the roles that may see it, whoever looks; the page also shows people their own. Each act leaves
a row in the audit, a refused one too.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pandas as pd
from sqlalchemy import Connection

from app.access import Viewer
from app.audited import AuditedReads, Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.errors import NotBuilt, NotPermitted, UsageError
from app.metrics import Metric
from app.secrets import PORTAL
from app.timeline import rows, sources
from app.timeline.event import Event, Happening, judged
from app.timeline.rows import Version

TTL_SECONDS = 60.0
MOST_KEPT = 64
SHORTEST_REASON, LONGEST_REASON = 3, 300


@dataclass(frozen=True)
class Asks:
    """What the timeline asks of the warehouse: rows of a mart, whether one may be read, which figures may."""

    read: Callable[..., pd.DataFrame]
    may_read: Callable[[Viewer, str], bool]
    visible: Callable[[Viewer], Sequence[str]]


@dataclass(frozen=True)
class Drawn:
    """What charts may show some roles: events, oldest first; a digest of them; what they were read from."""

    events: tuple[Event, ...]
    stamp: str
    marts: tuple[str, ...]


class Timeline:
    """Reads and writes as the portal's login; what sources tell is read as the viewer's role."""

    def __init__(self, connections: Connections, reads: AuditedReads, metrics: Mapping[str, Metric],
                 asks: Asks) -> None:  # fmt: skip
        self._connections, self._reads, self._metrics, self._asks = connections, reads, metrics, asks
        self._kept: dict[tuple[str, ...], tuple[float, Drawn]] = {}
        self._lock = threading.Lock()

    def drawn(self, viewer: Viewer) -> Drawn:
        """What charts show the viewer's roles, read once a minute at most for each set of roles."""
        with self._lock:
            known = self._kept.get(viewer.roles)
        if known is not None and monotonic() - known[0] < TTL_SECONDS:
            return known[1]
        told, marts = self._told(viewer)
        with self._connections.open(PORTAL) as connection:
            hidden, own = rows.hidden(connection), rows.entered(connection)
        seen = [each for each in own if _sees(viewer, each)]
        events = tuple(sorted((*seen, *(each for each in sources.with_hidden(told, hidden) if not each.hidden)),
                              key=_order))  # fmt: skip
        found = Drawn(events, hashlib.sha256(repr(events).encode()).hexdigest()[:16], marts)
        with self._lock:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[viewer.roles] = (monotonic(), found)
        return found

    def listed(self, viewer: Viewer) -> tuple[Event, ...]:
        """For the page: what the viewer may see, their own, and what is hidden, the newest first."""
        if not viewer.roles:
            return ()
        told, _ = self._told(viewer)
        with self._connections.open(PORTAL) as connection:
            hidden, own = rows.hidden(connection), rows.entered(connection)
        seen = [each for each in own if _sees(viewer, each) or each.by.lower() == viewer.email.lower()]
        return tuple(sorted((*seen, *sources.with_hidden(told, hidden)), key=_order, reverse=True))

    def add(self, viewer: Viewer, one: Happening) -> str:
        """Enters an event.

        Returns:
            Its id.

        Raises:
            UsageError: as `judged`.
            NotPermitted: the viewer has no role.
        """
        if not viewer.roles:
            self._reads.note(viewer, "add event", "refused", title=one.title[:80])
            raise NotPermitted("Only who has a role may enter an event. Ask the person who runs Plumbline for one.")
        event_id = uuid4()
        self._write(viewer, "add event", event_id, 1, judged(one))
        return str(event_id)

    def change(self, viewer: Viewer, event: Event, one: Happening) -> None:
        """Writes the next version of an event.

        Args:
            viewer: who entered it, or an executive.
            event: the version that was changed.
            one: what it says from now on.

        Raises:
            NotPermitted: it is not theirs, or a source told it.
            UsageError: as `judged`, or another version was written meanwhile; nothing is overwritten.
        """
        event_id = self._changeable(viewer, event, "change event")
        self._write(viewer, "change event", event_id, event.version + 1, judged(one))

    def take_back(self, viewer: Viewer, event: Event) -> None:
        """Takes an event off the timeline; its versions stay.

        Raises:
            NotPermitted, UsageError: as `change`.
        """
        event_id = self._changeable(viewer, event, "take back event")
        same = Happening(event.kind, event.first_day, event.last_day, event.title, event.words, event.roles)
        self._write(viewer, "take back event", event_id, event.version + 1, same, is_taken_back=True)

    def hide(self, viewer: Viewer, key: str, reason: str, *, is_hidden: bool = True) -> None:
        """Hides what a source told from every chart, or brings it back.

        Args:
            viewer: with a role that answers for the source.
            key: the event's.
            reason: why, 3 to 300 characters; everybody who could see the event reads it on the page.
            is_hidden: False brings it back.

        Raises:
            NotPermitted: there is none for them, or their roles do not answer for it.
            UsageError: the reason is too short or too long, or somebody was faster.
        """
        action, reason = "hide event" if is_hidden else "bring back event", " ".join(reason.split())
        event = next((each for each in self.listed(viewer) if each.key == key and each.source), None)
        if event is None or not event.may_hide(viewer):
            self._reads.note(viewer, action, "refused", event=key[:120])
            who = " or ".join(event.hides) if event else "a role that may see it"
            raise NotPermitted(f"This event is not yours to hide. Expected the role {who}. Ask somebody who has it.")
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            raise UsageError(
                f"A reason has {SHORTEST_REASON} to {LONGEST_REASON} characters; found {len(reason)}. Say why, for "
                "whoever misses it."
            )
        with self._connections.open(PORTAL) as connection:
            known = rows.hidden(connection).get(key)
            values = {"key": key, "version": known.version + 1 if known else 1, "is_hidden": is_hidden,
                      "reason": reason, "by": viewer.email, "at": wall()}  # fmt: skip
            if not connection.execute(rows.HIDE, values).rowcount:
                raise UsageError("Somebody else hid it or brought it back just now. Look at it again.")
            self._note(connection, viewer, action, key, reason=reason)
        self._forget()

    def versions(self, viewer: Viewer, event: Event) -> tuple[Version, ...]:
        """Who changed what of an event that the viewer may see, the newest first; none of what a source tells."""
        if event.source or all(each.key != event.key for each in self.listed(viewer)):
            return ()
        with self._connections.open(PORTAL) as connection:
            return rows.versions(connection, UUID(event.key))

    def _told(self, viewer: Viewer) -> tuple[list[Event], tuple[str, ...]]:
        """What the sources tell this viewer, and the marts that were read for it."""
        told, marts = sources.definitions(self._metrics, self._asks.visible(viewer)), []
        for mart, make in sources.MAKERS.items():
            if not self._asks.may_read(viewer, mart):
                continue
            try:
                found = self._asks.read(viewer, mart, order_by=(sources.NEWEST[mart],), limit=sources.MOST)
            except (NotPermitted, NotBuilt):  # taken away or replaced just now
                continue
            told += make([{str(name): value for name, value in row.items()} for row in found.to_dict("records")])
            marts.append(mart)
        return told, tuple(marts)

    def _changeable(self, viewer: Viewer, event: Event, action: str) -> UUID:
        """The id of an event that the viewer may change, as the warehouse knows it."""
        own = next((each for each in self.listed(viewer) if each.key == event.key), None)
        if own is not None and own.may_change(viewer):
            return UUID(own.key)
        self._reads.note(viewer, action, "refused", event=event.key[:120])
        if own is not None and own.source:
            raise NotPermitted("What a source told cannot be changed here. Expected an event that somebody entered. "
                               "Mend it at the source, or hide it with a reason.")  # fmt: skip
        raise NotPermitted("This event is not yours to change. Expected one that you entered. Ask whoever did, or an "
                           "executive.")  # fmt: skip

    def _write(self, viewer: Viewer, action: str, event_id: UUID, version: int, one: Happening,
               *, is_taken_back: bool = False) -> None:  # fmt: skip
        values: dict[str, Any] = {"event_id": event_id, "version": version, **vars(one), "roles": list(one.roles),
                                  "is_taken_back": is_taken_back, "by": viewer.email, "at": wall()}  # fmt: skip
        with self._connections.open(PORTAL) as connection:
            if not connection.execute(rows.WRITE, values).rowcount:
                raise UsageError(
                    f"“{one.title}” was changed elsewhere meanwhile: version {version} is there already. Look at it, "
                    "then change it again."
                )
            self._note(connection, viewer, action, str(event_id), title=one.title, version=version)
        self._forget()

    def _note(self, connection: Connection, viewer: Viewer, action: str, key: str, **more: object) -> None:
        write_audit(connection, viewer, Request(action, (), None, {"event": key, **more}))

    def _forget(self) -> None:
        """What was read before an act counts no more."""
        with self._lock:
            self._kept.clear()


def _sees(viewer: Viewer, event: Event) -> bool:
    return bool(viewer.roles) and (not event.roles or bool(set(event.roles) & set(viewer.roles)))


def _order(event: Event) -> tuple[Any, ...]:
    return (event.first_day, event.title, event.key)
