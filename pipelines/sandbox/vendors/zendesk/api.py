"""Zendesk Support's API v2, as far as a reader needs it: who am I, incremental exports, lists by cursor.

Written from Zendesk's API reference and its guide to incremental exports; README.md lists the statements.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.company.times import stamp
from pipelines.sandbox.company.zendesk_bodies import ADDRESS
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.rate import Bucket
from pipelines.sandbox.vendors.zendesk.exports import BY_CURSOR, BY_TIME, Exports
from pipelines.sandbox.vendors.zendesk.refusal import Refusal, bad, not_found, of_status, unauthenticated

REQUESTS_PER_MINUTE = 2_500
EXPORTS_PER_MINUTE = 600
"""Zendesk allows 10: a sandbox that is born with three years of tickets would wait ten minutes for nothing."""
LARGEST_PAGE = 100
SCORES = ("offered", "unoffered", "good", "bad")
Body = Mapping[str, Any]


@dataclass(frozen=True)
class Credentials:
    """An administrator's address, and the API token that stands for the password."""

    email: str
    api_token: str


class Zendesk:
    """Answers every path of the company's host.

    Args:
        catalogue: the company's store.
        credentials: what is accepted.
        exports_per_minute: how many requests for exports are answered.
    """

    def __init__(
        self, catalogue: Catalogue, credentials: Credentials, exports_per_minute: int = EXPORTS_PER_MINUTE
    ) -> None:
        self._catalogue = catalogue
        self._credentials = credentials
        self._exports = Exports(catalogue, ADDRESS)
        self._all = Bucket(REQUESTS_PER_MINUTE / 60, REQUESTS_PER_MINUTE)
        self._of_exports = Bucket(exports_per_minute / 60, exports_per_minute)

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""
        try:
            self._authenticate(request.headers.get("authorization", ""))
            _limit(self._all)
            body = self._read(request)
        except Refusal as refusal:
            return refusal.response()
        return Response(body, 200, {"X-Rate-Limit": str(REQUESTS_PER_MINUTE)}, "application/json")

    def failed(self, fault: Fault) -> Response:
        """Zendesk's words for too many requests (429), and for whatever else it cannot do."""
        return of_status(fault.status, fault.retry_after).response()

    def _authenticate(self, header: str) -> None:
        scheme, _, given = header.partition(" ")
        try:
            user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            raise unauthenticated() from None
        known = hmac.compare_digest(password.encode(), self._credentials.api_token.encode())
        if scheme != "Basic" or user != f"{self._credentials.email}/token" or not known:
            raise unauthenticated()

    def _read(self, request: Request) -> bytes:
        parts = request.url.path.strip("/").removesuffix(".json").split("/")
        query = dict(request.query_params)
        if request.method != "GET" or parts[:2] != ["api", "v2"]:
            raise not_found()
        match parts[2:]:
            case ["incremental", name, "cursor"] if name in BY_CURSOR:
                _limit(self._of_exports)
                return self._exports.by_cursor(name, query)
            case ["incremental", name] if name in BY_TIME:
                _limit(self._of_exports)
                return self._exports.by_time(name, query)
            case ["users", "me"]:
                return orjson.dumps({"user": self._me()})
            case ["groups"]:
                return self._list("groups", "group", query, lambda body: True)
            case ["satisfaction_ratings"]:
                return self._list("satisfaction_ratings", "satisfaction_rating", query, _wanted(query))
        raise not_found()

    def _me(self) -> Body:
        for body, _ in self._catalogue.ordered("zendesk", "user"):
            user: Body = orjson.loads(body)
            if user["email"] == self._credentials.email:
                return user
        raise unauthenticated()

    def _list(self, name: str, kind: str, query: Mapping[str, str], wanted: Callable[[Body], bool]) -> bytes:
        """A page of objects in the order of their making, by cursor."""
        size = query.get("page[size]", str(LARGEST_PAGE))
        if not size.isdigit() or not 0 < int(size) <= LARGEST_PAGE:
            raise bad("InvalidPaginationParameter", "page[size] must be an integer between 1 and 100")
        rows = self._rows(kind, wanted)
        first = _place_of(query.get("page[after]"), rows)
        shown = rows[first:first + int(size)]
        has_more = first + len(shown) < len(rows)
        after = _cursor_of(shown[-1]) if shown else None
        filters = "".join(f"&{key}={value}" for key, value in query.items() if not key.startswith("page"))
        onward = f"{ADDRESS}/api/v2/{name}.json?page%5Bafter%5D={after}&page%5Bsize%5D={size}{filters}"
        about = {"meta": {"has_more": has_more, "after_cursor": after, "before_cursor": None},
                 "links": {"next": onward if has_more else None, "prev": None}}
        bodies = b",".join(body for _, _, body in shown)
        return b'{"%s":[%s],%s' % (name.encode(), bodies, orjson.dumps(about)[1:])

    def _rows(self, kind: str, wanted: Callable[[Body], bool]) -> Sequence[tuple[str, str, bytes]]:
        found = []
        for body, _ in self._catalogue.ordered("zendesk", kind):
            seen: Body = orjson.loads(body)
            if wanted(seen):
                found.append((str(seen["created_at"]), str(seen["id"]), body))
        return sorted(found)


def _wanted(query: Mapping[str, str]) -> Callable[[Body], bool]:
    """The filters of the list of ratings: score, and when the rating was made."""
    score = query.get("score")
    if score is not None and score not in (*SCORES, "received"):
        raise bad("InvalidValue", f"{score} is not a valid score")
    scores = ("good", "bad") if score == "received" else (score,) if score else SCORES
    start, end = (_instant(query.get(name)) for name in ("start_time", "end_time"))
    return lambda body: bool(
        body["score"] in scores and (not start or body["created_at"] >= start)
        and (not end or body["created_at"] <= end)
    )


def _instant(given: str | None) -> str:
    if given is None:
        return ""
    if not given.isdigit():
        raise bad("InvalidValue", f"{given} is not an epoch time")
    return stamp(int(given))


def _cursor_of(row: tuple[str, str, bytes]) -> str:
    return base64.urlsafe_b64encode(f"{row[0]}|{row[1]}".encode()).decode()


def _place_of(cursor: str | None, rows: Sequence[tuple[str, str, bytes]]) -> int:
    """The index of the first row behind a cursor."""
    if cursor is None:
        return 0
    try:
        made, _, key = base64.urlsafe_b64decode(cursor).decode().partition("|")
    except (binascii.Error, ValueError):
        raise bad("InvalidPaginationParameter", "page[after] is not valid") from None
    return sum(1 for row in rows if row[:2] <= (made, key))


def _limit(bucket: Bucket) -> None:
    wait = bucket.take()
    if wait:
        raise of_status(429, wait)
