"""Stripe's API, version 2022-11-15, as far as a reader needs it: retrieve, list, expand, page, events.

Written from Stripe's API reference (authentication, errors, pagination, expanding, rate limits, events) and the
requests of tap-stripe 3.3.0. Bodies come from the company's store as bytes and are only looked into where a list
inside them is longer than the ten entries that Stripe nests.
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Mapping, Sequence
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.vendors.catalogue import Catalogue, Comparison
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.rate import Bucket
from pipelines.sandbox.vendors.stripe.bodies import as_list, nested_list, shorten, without
from pipelines.sandbox.vendors.stripe.query import (
    Refusal,
    Resource,
    created,
    expansions,
    is_common,
    missing,
    page_limit,
    part_of,
    required,
    too_many,
    unknown_parameter,
    unknown_url,
    value_of,
)

EVENT_DAYS = 30
READS_PER_SECOND = 100


RESOURCES: Mapping[str, Resource] = {
    "customers": Resource(
        "customer", {"email": "$.email"}, {"subscriptions": "subscription", "sources": "", "tax_ids": ""}
    ),
    "products": Resource("product", {}, {}),
    "plans": Resource("plan", {"product": "$.product"}, {"tiers": ""}),
    "coupons": Resource("coupon", {}, {}),
    "subscriptions": Resource("subscription", {"customer": "$.customer", "status": "$.status"}, {"plan.tiers": ""}),
    "invoices": Resource(
        "invoice", {"customer": "$.customer", "status": "$.status", "subscription": "$.subscription"},
        {"plan.tiers": ""},
    ),
    "charges": Resource("charge", {"customer": "$.customer"}, {"refunds": "refund"}),
    "refunds": Resource("refund", {"charge": "$.charge"}, {}),
    "credit_notes": Resource("credit_note", {"invoice": "$.invoice", "customer": "$.customer"}, {}),
    "disputes": Resource("dispute", {"charge": "$.charge"}, {}),
    "payouts": Resource("payout", {"status": "$.status", "destination": "$.destination"}, {}),
    "balance_transactions": Resource(
        "balance_transaction", {"type": "$.type", "source": "$.source", "currency": "$.currency"}, {}
    ),
}
PARENT = {"subscriptions": "customer", "refunds": "charge"}
"""For an expansion that lists other objects: where those name their parent."""

UNLESS_ASKED = {"charges": ("refunds",)}
"""What is stored inside an object, but given only to those who expand it."""


class Stripe:
    """Answers every path of api.stripe.com.

    Args:
        catalogue: the company's store.
        key: the secret API key that is accepted.
    """

    def __init__(self, catalogue: Catalogue, key: str) -> None:
        self._catalogue = catalogue
        self._key = key
        self._bucket = Bucket(READS_PER_SECOND, burst=2 * READS_PER_SECOND)

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""
        headers = {"Request-Id": "req_" + uuid4().hex[:14], "Stripe-Version": "2022-11-15"}
        try:
            self._authenticate(request)
            self._limit()
            body = self._read(request)
        except Refusal as refusal:
            return _refused(refusal, headers)
        return Response(body, 200, headers, "application/json")

    def failed(self, fault: Fault) -> Response:
        """Stripe's words for too many requests (429), and for whatever else it cannot do."""
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        if fault.status == 429:
            return _refused(too_many(headers), {})
        message = "An unknown error occurred. Please contact support if it persists."
        return _refused(Refusal(fault.status, message, headers, type="api_error"), {})

    def _limit(self) -> None:
        wait = self._bucket.take()
        if wait:
            raise too_many({"Retry-After": str(wait)})

    def _authenticate(self, request: Request) -> None:
        given = _key_of(request.headers.get("authorization", ""))
        if not given:
            raise Refusal(
                401,
                "You did not provide an API key. You need to provide your API key in the Authorization header, "
                "using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See "
                "https://stripe.com/docs/api#authentication for details, or we can help at "
                "https://support.stripe.com/.",
                {"WWW-Authenticate": 'Basic realm="Stripe"'},
            )
        if not hmac.compare_digest(given.encode(), self._key.encode()):
            raise Refusal(401, f"Invalid API Key provided: {given[:8]}{'*' * 8}{given[-4:]}")
        account = request.headers.get("stripe-account")
        if account and self._catalogue.one("stripe", "account", account) is None:
            raise Refusal(
                403,
                f"The provided key '{given[:8]}{'*' * 8}{given[-4:]}' does not have access to account '{account}' "
                "(or that account does not exist). Application access may have been revoked.",
                code="account_invalid",
            )

    def _read(self, request: Request) -> bytes:
        path = request.url.path
        parts = path.strip("/").split("/")
        if request.method != "GET" or parts[0] != "v1" or not 2 <= len(parts) <= 4:
            raise unknown_url(request)
        name, query = parts[1], request.query_params.multi_items()
        if name in ("account", "accounts"):
            return self._account(parts[2] if len(parts) > 2 else None)
        if name == "events" and len(parts) == 2:
            return self._events(query)
        if name == "subscription_items" and len(parts) == 2:
            return self._nested("subscription", "items", required(query, "subscription"), path, query)
        if name not in RESOURCES:
            raise unknown_url(request)
        if name == "balance_transactions" and value_of(query, "payout"):
            return self._paid_out(query)
        if len(parts) == 2:
            return self._list(name, path, query)
        if len(parts) == 3:
            return self._retrieve(RESOURCES[name].kind, parts[2])
        if (name, parts[3]) == ("invoices", "lines"):
            return self._nested("invoice", "lines", parts[2], path, query)
        raise unknown_url(request)

    def _account(self, key: str | None) -> bytes:
        if key is None:
            return self._catalogue.page("stripe", "account", (), 1, None).bodies[0]  # type: ignore[union-attr]
        found = self._catalogue.one("stripe", "account", key)
        if found is None:
            raise Refusal(403, f"The provided key does not have access to account '{key}' (or that account does "
                               "not exist). Application access may have been revoked.", code="account_invalid")
        return found[0]

    def _retrieve(self, kind: str, key: str) -> bytes:
        found = self._catalogue.one("stripe", kind, key)
        if found is None:
            raise missing(kind, key, "id", 404)
        body, deleted = found
        if deleted:
            return orjson.dumps({"id": key, "object": kind, "deleted": True})
        return without(shorten(body), UNLESS_ASKED.get(f"{kind}s", ()), ())

    def _list(self, name: str, path: str, query: Sequence[tuple[str, str]]) -> bytes:
        resource = RESOURCES[name]
        conditions: list[Comparison] = []
        for key, value in query:
            if key in resource.filters and value:
                if (key, value) != ("status", "all"):
                    conditions.append((resource.filters[key], "=", value))
            elif not is_common(key):
                raise unknown_parameter(key)
        if name == "subscriptions" and not any(key == "status" for key, _ in query):
            conditions.append(("$.status", "<>", "canceled"))
        after = value_of(query, "starting_after")
        page = self._catalogue.page("stripe", resource.kind, conditions + created(query), page_limit(query), after)
        if page is None:
            raise missing(resource.kind, after or "", "starting_after", 400)
        asked = expansions(query, resource)
        bodies = [without(shorten(body), UNLESS_ASKED.get(name, ()), asked) for body in page.bodies]
        for wanted in asked:
            bodies = self._expand(bodies, wanted, resource.expansions[wanted])
        return as_list(bodies, page.has_more, path)

    def _events(self, query: Sequence[tuple[str, str]]) -> bytes:
        conditions: list[Comparison] = [("created", ">=", self._catalogue.now() - EVENT_DAYS * 86_400)]
        for key, value in query:
            if key == "type":
                conditions.append(("type", "glob", value))
            elif not is_common(key):
                raise unknown_parameter(key)
        after = value_of(query, "starting_after")
        page = self._catalogue.events(conditions + created(query), page_limit(query), after)
        if page is None:
            raise missing("event", after or "", "starting_after", 400)
        return as_list([shorten(body) for body in page.bodies], page.has_more, "/v1/events")

    def _paid_out(self, query: Sequence[tuple[str, str]]) -> bytes:
        """A page of the balance transactions that a payout paid out, newest first."""
        key = value_of(query, "payout") or ""
        found = self._catalogue.one("stripe", "payout_content", key)
        if found is None:
            raise missing("payout", key, "payout", 400)
        held = [self._catalogue.one("stripe", "balance_transaction", one) for one in orjson.loads(found[0])["data"]]
        entries = sorted((orjson.loads(one[0]) for one in held if one), key=lambda one: (-one["created"], one["id"]))
        rest, has_more = part_of(entries, query, "balance transaction")
        return as_list([orjson.dumps(entry) for entry in rest], has_more, "/v1/balance_transactions")

    def _nested(
        self, kind: str, field: str, key: str, path: str, query: Sequence[tuple[str, str]]
    ) -> bytes:
        """A page of the list inside an object, in its own order."""
        found = self._catalogue.one("stripe", kind, key)
        if found is None or found[1]:
            raise missing(kind, key, kind, 404)
        named = "invoice item" if field == "lines" else "subscription item"
        rest, has_more = part_of(orjson.loads(found[0])[field]["data"], query, named)
        return as_list([orjson.dumps(entry) for entry in rest], has_more, path)

    def _expand(self, bodies: Sequence[bytes], field: str, kind: str) -> list[bytes]:
        """The bodies with a list added that Stripe leaves out unless asked; those that have it stay as they are."""
        mark = b'"%s":' % field.encode()
        if "." in field or all(mark in body for body in bodies):
            return list(bodies)
        ids = [orjson.loads(body)["id"] for body in bodies]
        children = self._catalogue.children("stripe", kind, f"$.{PARENT[field]}", ids) if kind else {}
        return [
            body if mark in body else b"%s,%s%s}" % (body[:-1], mark, nested_list(children.get(key, []), key, field))
            for key, body in zip(ids, bodies, strict=True)
        ]


def _key_of(header: str) -> str:
    """The API key in an Authorization header, as bearer or as the user of basic authentication."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _refused(refusal: Refusal, headers: Mapping[str, str]) -> Response:
    content = orjson.dumps({"error": refusal.error})
    return Response(content, refusal.status, dict(headers) | dict(refusal.headers), "application/json")
