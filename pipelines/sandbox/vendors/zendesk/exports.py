"""The incremental exports: what changed since an instant, by cursor or by time, up to a minute ago."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from pipelines.sandbox.company.support_ticket import MINUTE
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.zendesk.refusal import Refusal, bad

LARGEST = 1000
Row = tuple[int, str, bytes]


@dataclass(frozen=True)
class Export:
    """One resource that can be exported: its kind in the store, and whether its pages say that they are the last."""

    kind: str
    tells_end: bool = True


BY_CURSOR: Mapping[str, Export] = {"tickets": Export("ticket"), "users": Export("user")}
BY_TIME: Mapping[str, Export] = {
    "tickets": Export("ticket"), "users": Export("user"), "organizations": Export("organization"),
    "ticket_events": Export("ticket_event"), "ticket_metric_events": Export("ticket_metric_event", tells_end=False),
}


class Exports:
    """Pages of exports out of the company's store.

    Args:
        catalogue: the store; an object's `updated` there is when an export first shows its change.
        address: of the host, for links.
    """

    def __init__(self, catalogue: Catalogue, address: str) -> None:
        self._catalogue = catalogue
        self._address = address

    def by_cursor(self, name: str, query: Mapping[str, str]) -> bytes:
        """A page that ends with a cursor; the next begins behind it."""
        size = _size(query)
        place = _read_cursor(query["cursor"]) if "cursor" in query else (self._start(query) + MINUTE, "")
        rows = self._catalogue.since("zendesk", BY_CURSOR[name].kind, place, self._catalogue.now(), size + 1)
        shown, is_last = rows[:size], len(rows) <= size
        cursor = _cursor(shown[-1][:2] if shown else place)
        link = f"{self._address}/api/v2/incremental/{name}/cursor.json?cursor={cursor}&per_page={size}"
        return self._page(name, shown, query, {
            "after_url": link, "after_cursor": cursor, "before_url": None, "before_cursor": None,
            "end_of_stream": is_last,
        })  # fmt: skip

    def by_time(self, name: str, query: Mapping[str, str]) -> bytes:
        """A page that ends with the second of its last change; the next begins with that second, and repeats it."""
        size, start, export = _size(query), self._start(query), BY_TIME[name]
        place = (start + MINUTE, "")
        rows = self._catalogue.since("zendesk", export.kind, place, self._catalogue.now(), size + 1)
        shown, is_last = rows[:size], len(rows) <= size
        end = shown[-1][0] - MINUTE if shown else start
        about: dict[str, object] = {
            "count": len(shown), "end_time": end,
            "next_page": f"{self._address}/api/v2/incremental/{name}.json?start_time={end}&per_page={size}",
        }  # fmt: skip
        return self._page(name, shown, query, about | ({"end_of_stream": is_last} if export.tells_end else {}))

    def _start(self, query: Mapping[str, str]) -> int:
        given = query.get("start_time", "")
        try:
            start = int(float(given))
        except ValueError:
            raise bad("StartTimeMissing", "Missing parameter: start_time") from None
        if start > self._catalogue.now() - MINUTE:
            raise bad("StartTimeTooRecent", "Too recent start_time. Use a start_time older than 60 seconds")
        return start

    def _page(self, name: str, rows: Sequence[Row], query: Mapping[str, str], about: Mapping[str, object]) -> bytes:
        included = query.get("include", "").split(",")
        bodies = [body for _, _, body in rows]
        if name == "tickets":
            bodies = self._tickets(bodies, query, with_metrics="metric_sets" in included)
        elif name == "ticket_events" and "comment_events" not in included:
            bodies = [_without_comments(body) for body in bodies]
        return b'{"%s":[%s],%s' % (name.encode(), b",".join(bodies), orjson.dumps(about)[1:])

    def _tickets(self, bodies: list[bytes], query: Mapping[str, str], *, with_metrics: bool) -> list[bytes]:
        found = []
        for body in bodies:
            seen = orjson.loads(body)
            if seen["status"] == "deleted" and query.get("exclude_deleted") == "true":
                continue
            measured = self._catalogue.one("zendesk", "ticket_metric", str(seen["id"])) if with_metrics else None
            found.append(body[:-1] + b',"metric_set":' + measured[0] + b"}" if measured else body)
        return found


def _without_comments(body: bytes) -> bytes:
    """The event with no more said of its comment than that there is one."""
    event = orjson.loads(body)
    event["child_events"] = [
        {"id": child["id"], "via": child["via"], "comment_present": True, "comment_public": child["public"],
         "event_type": "Comment"} if child["event_type"] == "Comment" else child
        for child in event["child_events"]
    ]  # fmt: skip
    return orjson.dumps(event)


def _size(query: Mapping[str, str]) -> int:
    given = query.get("per_page", str(LARGEST))
    if not given.isdigit() or not int(given):
        raise bad("InvalidPaginationParameter", "per_page must be a positive integer")
    return min(int(given), LARGEST)


def _cursor(place: tuple[int, str]) -> str:
    return base64.urlsafe_b64encode(f"{place[0]}.0||{place[1]}".encode()).decode()


def _read_cursor(cursor: str) -> tuple[int, str]:
    try:
        instant, _, key = base64.urlsafe_b64decode(cursor).decode().partition(".0||")
        return int(instant), key
    except (binascii.Error, ValueError):
        raise _wrong_cursor() from None


def _wrong_cursor() -> Refusal:
    return bad("InvalidCursor", "The cursor parameter is invalid")
