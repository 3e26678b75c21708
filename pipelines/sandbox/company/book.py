"""What the vendors hold: objects in their newest version, and Stripe's events with a snapshot each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import orjson

from pipelines.sandbox.company.dice import base62, letters
from pipelines.sandbox.company.times import EVENTS_SINCE

Body = dict[str, Any]
API_VERSION = "2022-11-15"
UNSAID = {("charge", "refunds")}
"""What Stripe gives only to those who ask for it (`expand`), so never in an event: of a charge, since this version."""


def written(body: Body) -> bytes:
    """The JSON, copied once: the writer's own buffer is up to twice as long as what it holds."""
    return bytes(memoryview(orjson.dumps(body)))


@dataclass(frozen=True, slots=True)
class Held:
    """One object at a vendor, as the JSON it answers with."""

    vendor: str
    kind: str
    id: str
    created: int
    updated: int
    raw: bytes

    @property
    def body(self) -> Any:
        return orjson.loads(self.raw)


@dataclass(frozen=True)
class Event:
    """One entry of Stripe's event log; ids sort in the order of happening."""

    id: str
    created: int
    type: str
    raw: bytes


@dataclass
class Book:
    """All objects by (vendor, kind, id), and the events since 40 days before birth."""

    objects: dict[tuple[str, str, str], Held] = field(default_factory=dict)
    events: list[Event] = field(default_factory=list)

    def put(self, vendor: str, kind: str, body: Body, created: int, updated: int, key: str = "id") -> None:
        """Keep the newest version of an object."""
        self.hold(vendor, kind, str(body[key]), body, created, updated)

    def hold(self, vendor: str, kind: str, object_id: str, body: Body, created: int, updated: int) -> None:
        """The same for a body that does not name its id, or not at its top."""
        self.objects[(vendor, kind, object_id)] = Held(vendor, kind, object_id, created, updated, written(body))


@dataclass
class StripeLog:
    """Keeps one customer's Stripe objects while they change, and writes their events in order."""

    book: Book
    owner: str
    count: int = 0
    live: dict[tuple[str, str], tuple[Body, int]] = field(default_factory=dict)

    def put(self, kind: str, body: Body, now: int, *events: str) -> None:
        """The object has changed now; say so under the given event types."""
        self.live[(kind, body["id"])] = (body, now)
        if now >= EVENTS_SINCE:
            for event in events:
                self._say(event, body, now)

    def settle(self) -> None:
        """Nothing changes any more: everything goes into the book."""
        for (kind, _), (body, updated) in self.live.items():
            self.book.put("stripe", kind, body, body["created"], updated)
        self.live.clear()

    def _say(self, event_type: str, body: Body, now: int) -> None:
        self.count += 1
        noise = letters(9, "evt", self.owner, self.count)
        event_id = "evt_1" + base62(now, 6) + base62(self.count, 4) + noise
        event = {
            "id": event_id, "object": "event", "api_version": API_VERSION, "created": now,
            "data": {"object": {name: value for name, value in body.items() if (body["object"], name) not in UNSAID}},
            "livemode": True, "pending_webhooks": 1, "type": event_type,
            "request": {"id": None, "idempotency_key": None},
        }  # fmt: skip
        self.book.events.append(Event(event_id, now, event_type, written(event)))
