"""Salesforce's REST API v61, as far as a reader needs it: sign in, describe, query, page on.

Written from Salesforce's OAuth and REST API guides and the requests of tap-salesforce 2.8.1. A query's rows are
worked out once and paged by locators; as at Salesforce, only ten queries are kept open and older locators expire.
"""

from __future__ import annotations

import hmac
import re
import secrets
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qs

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.salesforce import soql
from pipelines.sandbox.vendors.salesforce.describe import STANDARD, UNFILTERED, fields_of

LOGIN_HOST = "login.salesforce.com"
HOST = "plumbline-sandbox.my.salesforce.com"
PAGE = 2_000
OPEN_QUERIES = 10
REQUESTS_PER_DAY = 100_000
VERSION = "v61.0"
LOCATOR = re.compile(r"^(\w+)-(\d+)$")
FAULTS = {
    403: ("REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."),
    429: ("REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded."),
    503: ("SERVER_UNAVAILABLE", "Server Too Busy"),
}
UNKNOWN_FAULT = (
    "UNKNOWN_EXCEPTION", "An unexpected error occurred. Please include this ErrorId if you contact support."
)


@dataclass(frozen=True)
class Credentials:
    """What the connected app and its user were given."""

    client_id: str
    client_secret: str
    refresh_token: str


class Refusal(Exception):
    """An answer that is an error, as Salesforce words it."""

    def __init__(self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.headers = dict(headers or {})


class Login:
    """Answers at the login host: OAuth's token endpoint, the refresh-token flow. Keeps the tokens that it gave."""

    def __init__(self, catalogue: Catalogue, credentials: Credentials) -> None:
        self._catalogue = catalogue
        self._credentials = credentials
        self._tokens: OrderedDict[str, None] = OrderedDict()

    def knows(self, token: str) -> bool:
        """Whether the token was given here and has not been pushed out by younger ones."""
        return token in self._tokens

    async def answer(self, request: Request) -> Response:
        """A token for the right credentials; otherwise OAuth's word for what is wrong with them."""
        if request.url.path != "/services/oauth2/token" or request.method != "POST":
            return _json({"error": "unsupported_grant_type", "error_description": "grant type not supported"}, 400)
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        wrong = self._refused(form)
        if wrong is not None:
            return _json({"error": wrong[0], "error_description": wrong[1]}, 400)
        token = "00D5e000000SANDBOX!" + secrets.token_urlsafe(48)
        self._tokens[token] = None
        while len(self._tokens) > 100:
            self._tokens.popitem(last=False)
        return _json({
            "access_token": token,
            "signature": secrets.token_urlsafe(32),
            "scope": "refresh_token api",
            "instance_url": f"https://{HOST}",
            "id": "https://login.salesforce.com/id/00D5e000000SANDBOX/0055e000000SANDBOX",
            "token_type": "Bearer",
            "issued_at": str(self._catalogue.now() * 1000),
        }, 200)

    def failed(self, fault: Fault) -> Response:
        """An error in OAuth's form."""
        code, message = FAULTS.get(fault.status, UNKNOWN_FAULT)
        answer = {"error": code.lower(), "error_description": message}
        return _json(answer, fault.status, _retry_after(fault.retry_after))

    def _refused(self, form: Mapping[str, str]) -> tuple[str, str] | None:
        if form.get("grant_type") != "refresh_token":
            return "unsupported_grant_type", "grant type not supported"
        if not _same(form.get("client_id"), self._credentials.client_id):
            return "invalid_client_id", "client identifier invalid"
        if not _same(form.get("client_secret"), self._credentials.client_secret):
            return "invalid_client", "invalid client credentials"
        if not _same(form.get("refresh_token"), self._credentials.refresh_token):
            return "invalid_grant", "expired access/refresh token"
        return None


class Salesforce:
    """Answers every path of the company's own host."""

    def __init__(self, catalogue: Catalogue, login: Login) -> None:
        self._catalogue = catalogue
        self._login = login
        self._open: OrderedDict[str, Sequence[bytes]] = OrderedDict()
        self._requests = 0

    async def answer(self, request: Request) -> Response:
        """The answer to any request at the company's own host, errors included."""
        headers: dict[str, str] = {}
        try:
            self._authenticate(request)
            self._requests += 1
            headers["Sforce-Limit-Info"] = f"api-usage={self._requests % REQUESTS_PER_DAY}/{REQUESTS_PER_DAY}"
            body = self._read(request)
        except Refusal as refusal:
            error = [{"message": str(refusal), "errorCode": refusal.code}]
            return _json(error, refusal.status, headers | refusal.headers)
        return Response(body, 200, headers, "application/json")

    def failed(self, fault: Fault) -> Response:
        """A list of one error, as the REST API has it."""
        code, message = FAULTS.get(fault.status, UNKNOWN_FAULT)
        return _json([{"message": message, "errorCode": code}], fault.status, _retry_after(fault.retry_after))

    def _authenticate(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme not in ("Bearer", "OAuth") or not self._login.knows(token):
            raise Refusal(
                401, "INVALID_SESSION_ID", "Session expired or invalid", {"WWW-Authenticate": "Bearer realm=Salesforce"}
            )

    def _read(self, request: Request) -> bytes:
        parts = request.url.path.strip("/").split("/")
        if request.method != "GET" or parts[:3] != ["services", "data", VERSION]:
            raise _not_found()
        match parts[3:]:
            case ["sobjects"]:
                return self._sobjects()
            case ["sobjects", name, "describe"]:
                return self._describe(name)
            case ["query" | "queryAll" as endpoint]:
                return self._query(request.query_params.get("q", ""), with_deleted=endpoint == "queryAll")
            case ["query", locator]:
                return self._more(locator)
        raise _not_found()

    def _sobjects(self) -> bytes:
        listed = [
            {
                "name": name, "label": name, "queryable": True, "custom": False, "customSetting": False,
                "urls": {"describe": f"/services/data/{VERSION}/sobjects/{name}/describe"},
            }
            for name in STANDARD
        ]
        return orjson.dumps({"encoding": "UTF-8", "maxBatchSize": 200, "sobjects": listed})

    def _describe(self, name: str) -> bytes:
        if name not in STANDARD:
            raise _not_found()
        fields = fields_of(name, self._sample(name))
        described = [
            {"name": field, "label": field, "type": kind, "nillable": field != "Id", "custom": field.endswith("__c"),
             "filterable": kind not in UNFILTERED}
            for field, kind in fields.items()
        ]
        return orjson.dumps({"name": name, "label": name, "queryable": True, "customSetting": False,
                             "fields": described})

    def _sample(self, name: str) -> Mapping[str, object]:
        """A record with every field that any stored record of the object has."""
        record: dict[str, object] = {}
        for body, _ in self._catalogue.ordered("salesforce", name):
            record |= {key: value for key, value in orjson.loads(body).items() if value is not None}
        return record

    def _query(self, text: str, *, with_deleted: bool) -> bytes:
        try:
            query = soql.parse(text)
        except soql.MalformedQuery as error:
            raise Refusal(400, "MALFORMED_QUERY", str(error)) from None
        if query.sobject not in STANDARD:
            raise Refusal(400, "INVALID_TYPE", f"sObject type '{query.sobject}' is not supported.")
        known = fields_of(query.sobject, self._sample(query.sobject))
        for field in query.named():
            if field not in known:
                raise Refusal(
                    400,
                    "INVALID_FIELD",
                    f"No such column '{field}' on entity '{query.sobject}'. If you are attempting "
                    "to use a custom field, be sure to append the '__c' after the custom field name."
                )
        for condition in query.conditions:
            if known[condition.field] in UNFILTERED:
                raise Refusal(400, "INVALID_FIELD", f"field '{condition.field}' can not be filtered in a query call")
        rows = [orjson.dumps(row) for row in self._rows(query, with_deleted)]
        locator = "01g" + secrets.token_hex(7)
        self._open[locator] = rows
        while len(self._open) > OPEN_QUERIES:
            self._open.popitem(last=False)
        return self._page(locator, rows, 0)

    def _rows(self, query: soql.Query, with_deleted: bool) -> list[dict[str, object]]:
        found = []
        for body, deleted in self._catalogue.ordered("salesforce", query.sobject):
            record = orjson.loads(body)
            if deleted:
                record["IsDeleted"] = True
            if record.get("IsDeleted") and not with_deleted:
                continue
            if all(condition.holds(record.get(condition.field)) for condition in query.conditions):
                found.append(record)
        if query.order:
            found.sort(key=lambda record: str(record.get(query.order) or ""), reverse=query.descending)
        url = f"/services/data/{VERSION}/sobjects/{query.sobject}/"
        return [
            {"attributes": {"type": query.sobject, "url": url + str(record.get("Id"))}}
            | {field: record.get(field) for field in query.fields}
            for record in found[: query.limit]
        ]

    def _more(self, locator: str) -> bytes:
        match = LOCATOR.match(locator)
        if match is None or match[1] not in self._open:
            raise Refusal(400, "INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(match[1], self._open[match[1]], int(match[2]))

    def _page(self, locator: str, rows: Sequence[bytes], start: int) -> bytes:
        end = start + PAGE
        done = end >= len(rows)
        onward = b"" if done else b'"nextRecordsUrl":"/services/data/%s/query/%s-%d",' % (
            VERSION.encode(), locator.encode(), end)
        return b'{"totalSize":%d,"done":%s,%s"records":[%s]}' % (
            len(rows), b"true" if done else b"false", onward, b",".join(rows[start:end]))


def _same(given: str | None, expected: str) -> bool:
    return hmac.compare_digest((given or "").encode(), expected.encode())


def _not_found() -> Refusal:
    return Refusal(404, "NOT_FOUND", "The requested resource does not exist")


def _retry_after(seconds: int | None) -> Mapping[str, str]:
    return {} if seconds is None else {"Retry-After": str(seconds)}


def _json(content: object, status: int, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status, dict(headers or {}), "application/json")


