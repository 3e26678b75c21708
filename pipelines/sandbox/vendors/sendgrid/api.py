"""SendGrid's Web API v3, as far as a reader needs it.

Written from SendGrid's API reference; README.md lists the statements that are followed.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Mapping

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.vendors.catalogue import Catalogue, Comparison
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.sendgrid.answers import Quota, Refusal, answer, limits, number, refused
from pipelines.sandbox.vendors.sendgrid.exports import FILES_HOST, Exports
from pipelines.sandbox.vendors.sendgrid.figures import Figures

HOST = "api.sendgrid.com"
LOCAL = f"https://{HOST}"
LISTED = {
    "bounces": "bounce", "blocks": "block", "spam_reports": "spam_report", "invalid_emails": "invalid_email",
    "unsubscribes": "unsubscribe",
}
SCOPES = ("asm.groups.read", "marketing.read", "stats.read", "suppression.read")
MOST_SUPPRESSIONS = 500
MOST_LISTS = 1_000
MOST_STATS = 50


class SendGrid:
    """Answers every path of api.sendgrid.com, and the signed addresses of exported files.

    Args:
        catalogue: the company's store.
        key: the API key that is accepted.
        files: where exported files are fetched.
    """

    def __init__(self, catalogue: Catalogue, key: str, files: str = f"https://{FILES_HOST}") -> None:
        self._catalogue = catalogue
        self._key = key
        self._exports = Exports(catalogue, files)
        self._figures = Figures(catalogue)
        self._quota = Quota()

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""
        if request.url.path.startswith("/exports/"):
            return self._exports.file(request)
        headers: Mapping[str, str] = {}
        try:
            self._authenticate(request)
            parts = request.url.path.strip("/").split("/")
            is_left, headers = self._quota.take("/".join(parts[:4]), self._catalogue.now())
            if not is_left:
                raise Refusal(429, "too many requests")
            if request.method == "POST" and parts == ["v3", "marketing", "contacts", "exports"]:
                return answer(self._exports.begin(await request.body()), 202, headers)
            if request.method != "GET" or parts[0] != "v3":
                raise Refusal(404, "not found")
            return answer(self._read(parts[1:], request.query_params), 200, headers)
        except Refusal as refusal:
            return refused(refusal.status, str(refusal), refusal.field, headers)

    def failed(self, fault: Fault) -> Response:
        """SendGrid's words for too many requests, which end at X-RateLimit-Reset, and for what it cannot do."""
        if fault.status == 429:
            return refused(429, "too many requests", None, limits(0, self._catalogue.now() + (fault.retry_after or 1)))
        return refused(fault.status, "internal server error")

    def _authenticate(self, request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given:
            raise Refusal(401, "authorization required")
        if not hmac.compare_digest(given.encode(), self._key.encode()):
            raise Refusal(401, "The provided authorization grant is invalid, expired, or revoked")

    def _read(self, parts: list[str], query: QueryParams) -> object:
        match parts:
            case ["scopes"]:
                return {"scopes": list(SCOPES)}
            case ["marketing", "singlesends"]:
                return self._pages("singlesend", "result", "marketing/singlesends", query, MOST_LISTS, orjson.loads)
            case ["marketing", "lists"]:
                return self._pages("list", "result", "marketing/lists", query, MOST_LISTS, orjson.loads)
            case ["marketing", "contacts", "exports", job]:
                return self._exports.status(job)
            case ["marketing", "stats", "singlesends"]:
                return self._totals(query)
            case ["marketing", "stats", "singlesends", send]:
                return self._days(send, query)
            case ["suppression", name] if name in LISTED:
                return self._suppressions(LISTED[name], query)
            case ["asm", "groups"]:
                return self._all("group")
            case ["asm", "suppressions"]:
                return self._all("group_suppression")
            case ["stats"]:
                return self._figures.mail(query)
        raise Refusal(404, "not found")

    def _pages(
        self, kind: str, field: str, path: str, query: QueryParams, most: int, shown: Callable[[bytes], object],
        conditions: tuple[Comparison, ...] = (), default: int = 100,
    ) -> object:
        """A page of a listing, newest first; `_metadata.next` is the address of the next, where there is one."""
        size = number(query, "page_size", default, 1, most)
        page = self._catalogue.page("sendgrid", kind, conditions, size, _after(query))
        if page is None:
            raise Refusal(400, "invalid page_token", "page_token")
        address = f"{LOCAL}/v3/{path}?page_size={size}&page_token="
        metadata: dict[str, object] = {"self": address + query.get("page_token", "")}
        if page.has_more:
            last = str(orjson.loads(page.bodies[-1])["id"])
            metadata["next"] = address + base64.urlsafe_b64encode(last.encode()).decode().rstrip("=")
        return {field: [shown(body) for body in page.bodies], "_metadata": metadata}

    def _totals(self, query: QueryParams) -> object:
        def shown(body: bytes) -> object:
            return self._figures.totals([orjson.loads(body)["id"]])[0]

        sent: tuple[Comparison, ...] = (("$.status", "=", "triggered"),)
        return self._pages("singlesend", "results", "marketing/stats/singlesends", query, MOST_STATS, shown, sent, 25)

    def _days(self, send: str, query: QueryParams) -> object:
        found = self._catalogue.one("sendgrid", "singlesend", send)
        if found is None or found[1]:
            raise Refusal(404, "single send not found", "id")
        rows = self._figures.of_one(send, query)
        size = number(query, "page_size", 25, 1, MOST_STATS)
        first = int(_after(query) or 0)
        metadata: dict[str, object] = {"count": len(rows)}
        if first + size < len(rows):
            token = base64.urlsafe_b64encode(str(first + size).encode()).decode().rstrip("=")
            metadata["next"] = f"{LOCAL}/v3/marketing/stats/singlesends/{send}?page_size={size}&page_token={token}"
        return {"results": rows[first : first + size], "_metadata": metadata}

    def _suppressions(self, kind: str, query: QueryParams) -> object:
        """Newest first; both borders of the time range are part of it."""
        begins, ends = number(query, "start_time", 0, 0, 10**11), number(query, "end_time", 10**11, 0, 10**11)
        limit = number(query, "limit", MOST_SUPPRESSIONS, 1, MOST_SUPPRESSIONS)
        offset = number(query, "offset", 0, 0, 10**9)
        conditions: list[Comparison] = [("created", ">=", begins), ("created", "<=", ends)]
        page = self._catalogue.page("sendgrid", kind, conditions, offset + limit, None)
        return [_without_id(body) for body in page.bodies[offset:]] if page else []

    def _all(self, kind: str) -> object:
        return [_without_id(body) if kind == "group_suppression" else orjson.loads(body)
                for body, deleted in self._catalogue.ordered("sendgrid", kind) if not deleted]  # fmt: skip


def _without_id(body: bytes) -> object:
    """An entry of a list of addresses, which has no id at SendGrid."""
    return {key: value for key, value in orjson.loads(body).items() if key != "id"}


def _after(query: QueryParams) -> str | None:
    """What the page token names; None for the first page."""
    token = query.get("page_token")
    if not token:
        return None
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise Refusal(400, "invalid page_token", "page_token") from None
