"""Mixpanel's raw export (`/api/2.0/export`) and profiles (`/api/2.0/engage`), as far as a reader needs them.

Written from Mixpanel's reference and the requests of tap-mixpanel 1.8.0; the statements stand in README.md. The project
was made after 2023, so its days and times are those of UTC.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections import Counter, OrderedDict
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.rate import Bucket

QUERY_HOST = "mixpanel.com"
EXPORT_HOST = "data.mixpanel.com"
VENDOR = "mixpanel"
DOCUMENTED_PER_HOUR = 60
PER_HOUR = 100 * DOCUMENTED_PER_HOUR
"""What the sandbox's project may ask in an hour of wall time. Mixpanel grants 60; here a day of the company is loaded
in minutes, and again and again."""
EXPORTS_PER_SECOND = 3
PAGE, LEAST_PAGE = 1000, 100
OPEN_SESSIONS = 10
LIMIT = 100_000
ALL = 1 << 40
WORDS = {
    402: "Your plan does not allow API calls. Upgrade your plan to continue.",
    429: "Query rate limit exceeded",
    503: "Service unavailable, try again later",
}


class Refusal(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Mixpanel:
    """Answers every path of both hosts.

    Args:
        catalogue: the company's store.
        secret: the project's API secret.
        per_hour: queries an hour, counted for exports and for other queries apart.
    """

    def __init__(self, catalogue: Catalogue, secret: str, per_hour: int = PER_HOUR) -> None:
        self._catalogue = catalogue
        self._secret = secret
        self._exports = Bucket(per_hour / 3600, per_hour)
        self._queries = Bucket(per_hour / 3600, per_hour)
        self._bursts = Bucket(EXPORTS_PER_SECOND, EXPORTS_PER_SECOND)
        self._sessions: OrderedDict[str, Sequence[bytes]] = OrderedDict()

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""
        try:
            self._authenticate(request)
            host, path = request.url.hostname, request.url.path
            if (host, path) == (EXPORT_HOST, "/api/2.0/export"):
                return Response(self._export(request.query_params), 200, media_type="text/plain; charset=utf-8")
            if host == QUERY_HOST:
                return Response(self._query(path, request.query_params), 200, media_type="application/json")
            raise Refusal(404, "Not found")
        except Refusal as refusal:
            return _error(refusal.status, str(refusal))

    def failed(self, fault: Fault) -> Response:
        """One sentence under `error`. Mixpanel names no time to wait."""
        return _error(fault.status, WORDS.get(fault.status, "An internal server error occurred"))

    def _authenticate(self, request: Request) -> None:
        """Basic authorisation with the secret as the user and no password."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(token.translate(str.maketrans("-_", "+/"))).decode().partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            given = ""
        if scheme != "Basic" or not hmac.compare_digest(given.encode(), self._secret.encode()):
            raise Refusal(401, "Unable to authenticate request")

    def _export(self, query: QueryParams) -> bytes:
        if self._bursts.take() or self._exports.take():
            raise Refusal(429, WORDS[429])
        first, last = _day(query, "from_date"), _day(query, "to_date")
        today = datetime.fromtimestamp(self._catalogue.now(), UTC).date()
        if last > today:
            raise Refusal(400, "to_date cannot be later than today")
        if first > last:
            raise Refusal(400, "from_date cannot be later than to_date")
        limit = int(query.get("limit") or ALL)
        if "limit" in query and limit > LIMIT:
            raise Refusal(400, f"limit cannot be greater than {LIMIT}")
        conditions = [("created", ">=", _instant(first)), ("created", "<", _instant(last + timedelta(days=1)))]
        page = self._catalogue.page(VENDOR, "event", conditions, ALL, None)
        bodies = list(reversed(page.bodies)) if page else []
        if "event" in query:
            wanted = set(orjson.loads(query["event"]))
            bodies = [body for body in bodies if orjson.loads(body)["event"] in wanted]
        return b"".join(body + b"\n" for body in bodies[:limit])

    def _query(self, path: str, query: QueryParams) -> bytes:
        if self._queries.take():
            raise Refusal(429, WORDS[429])
        match path:
            case "/api/2.0/engage":
                return self._engage(query)
            case "/api/2.0/engage/properties":
                return self._profile_properties()
            case "/api/2.0/events/properties/top":
                return self._event_properties(int(query.get("limit") or 10))
        raise Refusal(404, "Not found")

    def _engage(self, query: QueryParams) -> bytes:
        size = int(query.get("page_size") or PAGE)
        if size < LEAST_PAGE:
            raise Refusal(400, f"page_size must be at least {LEAST_PAGE}")
        number, session = int(query.get("page") or 0), query.get("session_id")
        if session is None and number > 0:
            raise Refusal(400, "request for page in uncached query for params")
        if session is None:
            session = self._begin()
        elif session not in self._sessions:
            raise Refusal(400, "invalid session_id")
        found = self._sessions[session]
        results = b",".join(found[number * size : (number + 1) * size])
        head = {"page": number, "page_size": size, "session_id": session, "status": "ok", "total": len(found)}
        return orjson.dumps(head)[:-1] + b',"results":[' + results + b"]}"

    def _begin(self) -> str:
        """A new query: its profiles are the same for all of its pages."""
        page = self._catalogue.page(VENDOR, "profile", (), ALL, None)
        session = f"{self._catalogue.now()}-{secrets.token_hex(3)}"
        self._sessions[session] = page.bodies if page else ()
        while len(self._sessions) > OPEN_SESSIONS:
            self._sessions.popitem(last=False)
        return session

    def _profile_properties(self) -> bytes:
        page = self._catalogue.page(VENDOR, "profile", (), ALL, None)
        found: dict[str, tuple[int, str]] = {}
        for body in page.bodies if page else ():
            for name, value in orjson.loads(body)["$properties"].items():
                found[name] = (found.get(name, (0, ""))[0] + 1, _type(name, value))
        results = {name: {"count": count, "type": kind} for name, (count, kind) in found.items()}
        return orjson.dumps({"results": results, "session_id": None, "status": "ok"})

    def _event_properties(self, limit: int) -> bytes:
        """The names that occur most among the newest events."""
        page = self._catalogue.page(VENDOR, "event", (), 2_000, None)
        counted: Counter[str] = Counter()
        for body in page.bodies if page else ():
            counted.update(orjson.loads(body)["properties"].keys())
        return orjson.dumps({name: {"count": count} for name, count in counted.most_common(limit)})


def _day(query: QueryParams, name: str) -> date:
    try:
        return date.fromisoformat(query[name])
    except KeyError:
        raise Refusal(400, f"Missing required parameter: {name}") from None
    except ValueError:
        raise Refusal(400, f"{name} is not a valid date, expected yyyy-mm-dd") from None


def _instant(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


def _type(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int | float):
        return "number"
    return "datetime" if name in ("$created", "$last_seen") else "string"


def _error(status: int, message: str) -> Response:
    body = {"status": "error", "error": message}
    return Response(orjson.dumps(body), status, media_type="application/json")
