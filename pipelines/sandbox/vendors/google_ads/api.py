"""The Google Ads API's REST interface: `googleAds:searchStream` about one account, and which accounts there are."""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.google_ads import gaql
from pipelines.sandbox.vendors.google_ads.refusals import VERSION, Refusal, of_fault, refused
from pipelines.sandbox.vendors.google_oauth.tokens import SCOPES, Tokens

SCOPE = SCOPES["google_ads"]
HOST = "googleads.googleapis.com"
BATCH = 10_000
PATH = re.compile(r"^/(v\d+)/customers/(\d+)/googleAds:searchStream$")
LIST = re.compile(r"^/(v\d+)/customers:listAccessibleCustomers$")
SUNSET = frozenset(f"v{number}" for number in range(1, 23))
Row = dict[str, Any]


@dataclass(frozen=True)
class Access:
    """What is accepted beside a token: the developer token, a client account, and the manager that reaches it."""

    developer_token: str = field(repr=False)
    customer_id: str = ""
    manager_id: str = ""


class GoogleAds:
    """Answers every path of the API's host.

    Args:
        catalogue: the company's store.
        tokens: who judges access tokens.
        access: the developer token, and the accounts there are.
    """

    def __init__(self, catalogue: Catalogue, tokens: Tokens, access: Access) -> None:
        self._catalogue = catalogue
        self._tokens = tokens
        self._access = access

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""
        is_stream = request.url.path.endswith(":searchStream")
        try:
            return self._read(request, await request.body())
        except Refusal as refusal:
            return refused(refusal, is_stream)

    def failed(self, fault: Fault) -> Response:
        """A quota error with the time to wait, or Google's front end."""
        return refused(of_fault(fault), True)

    def _read(self, request: Request, body: bytes) -> Response:
        path = request.url.path
        search, accounts = PATH.match(path), LIST.match(path)
        version = (search or accounts or [None, None])[1]
        if version in SUNSET:
            message = f"Version {version} is deprecated. Requests to this version will be blocked."
            raise Refusal(400, "requestError", "UNSUPPORTED_VERSION", message)
        if version != VERSION:
            raise Refusal(404)
        self._authenticate(request)
        if accounts and request.method == "GET":
            return _json({"resourceNames": [f"customers/{self._access.manager_id}"]})
        if not search or request.method != "POST":
            raise Refusal(404)
        self._authorize(request, search[2])
        return self._stream(_query_in(body))

    def _authenticate(self, request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or SCOPES["google_ads"] not in self._tokens.scopes(token, self._catalogue.now()):
            raise Refusal(401, "authenticationError", "OAUTH_TOKEN_INVALID", "OAuth token in the header is not valid.")
        given = request.headers.get("developer-token")
        if given is None:
            message = "The developer token parameter is missing from the request header."
            raise Refusal(400, "requestError", "DEVELOPER_TOKEN_PARAMETER_MISSING", message)
        if not hmac.compare_digest(given.encode(), self._access.developer_token.encode()):
            raise Refusal(401, "authenticationError", "DEVELOPER_TOKEN_INVALID", "The developer token is not valid.")

    def _authorize(self, request: Request, customer: str) -> None:
        """Our login belongs to the manager account: a client account is reached through it."""
        manager = request.headers.get("login-customer-id")
        if customer != self._access.customer_id or manager != self._access.manager_id:
            raise Refusal(
                403, "authorizationError", "USER_PERMISSION_DENIED",
                "User doesn't have permission to access customer. Note: If you're accessing a client customer, the "
                "manager's customer id must be set in the 'login-customer-id' header. See "
                "https://developers.google.com/google-ads/api/docs/concepts/call-structure#cid",
            )  # fmt: skip

    def _stream(self, text: str) -> Response:
        try:
            query = gaql.parse(text)
        except gaql.WrongQuery as wrong:
            raise Refusal(400, "queryError", wrong.code, str(wrong)) from None
        rows = [_selected(row, query) for row in self._rows(query)]
        mask = ",".join(".".join(gaql.camel(part) for part in field.split(".")) for field in query.fields)
        request_id = uuid4().hex[:22]
        batches: list[dict[str, Any]] = []
        for start in range(0, max(1, len(rows)), BATCH):
            part = {"results": rows[start : start + BATCH]} if rows else {}
            batches.append(part | {"fieldMask": mask, "requestId": request_id})
        batches[-1]["queryResourceConsumption"] = str(50 + 2 * len(rows))
        return _json(batches, {"request-id": request_id})

    def _rows(self, query: gaql.Query) -> Sequence[Row]:
        """What meets the conditions, whole, in the order asked for."""
        customer = self._bodies("customer")[0]["customer"]
        kind = "campaign_day" if query.is_of_days else query.resource
        of_campaign = {body["id"]: body for body in self._bodies("campaign")}
        found: list[Row] = []
        for body in self._bodies(kind):
            row = body | {"customer": customer}
            if kind in ("campaign_day", "ad_group"):
                row |= {key: of_campaign[body["campaign"]["id"]][key] for key in ("campaign", "campaignBudget")}
            if all(condition.holds(row) for condition in query.conditions):
                found.append(row)
        if query.is_of_days and "segments.date" not in query.fields:
            found = _added_up(found)
        if query.order:
            found.sort(key=lambda row: gaql.value_of(row, query.order), reverse=query.descending)
        return found[: query.limit]

    def _bodies(self, kind: str) -> list[Row]:
        return [orjson.loads(body) for body, _ in self._catalogue.ordered("google_ads", kind)]


def _query_in(body: bytes) -> str:
    try:
        return str(orjson.loads(body)["query"])
    except (ValueError, KeyError, TypeError):
        message = "Required field was not specified: query"
        raise Refusal(400, "requestError", "REQUIRED_FIELD_MISSING", message) from None


def _added_up(rows: Sequence[Row]) -> list[Row]:
    """One row for each campaign, its metrics summed over the days."""
    found: dict[str, Row] = {}
    for row in rows:
        into = found.setdefault(row["campaign"]["id"], row | {"metrics": {}})
        for name, value in row["metrics"].items():
            before = into["metrics"].get(name)
            if isinstance(value, str):
                into["metrics"][name] = str(int(before or 0) + int(value))
            else:
                into["metrics"][name] = (before or 0.0) + value
    return list(found.values())


def _selected(row: Row, query: gaql.Query) -> Row:
    """The fields asked for, and of each resource its name."""
    chosen: Row = {}
    for asked in query.fields:
        group, name = (gaql.camel(part) for part in asked.split("."))
        part = chosen.setdefault(group, {})
        if "resourceName" in row.get(group, {}):
            part["resourceName"] = row[group]["resourceName"]
        value = gaql.value_of(row, asked)
        if value is not None:
            part[name] = value
    return chosen


def _json(content: object, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), 200, dict(headers or {}), "application/json")
