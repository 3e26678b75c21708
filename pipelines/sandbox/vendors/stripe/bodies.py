"""Stripe's bodies as they go out: lists, nested lists cut to ten, and without what is given only when asked for."""

from __future__ import annotations

from collections.abc import Sequence

import orjson

NESTED = 10


def shorten(body: bytes) -> bytes:
    """The body with its nested list of lines or items cut to ten, as Stripe nests no more."""
    if body.count(b'"line_item"') <= NESTED and body.count(b'"subscription_item"') <= NESTED:
        return body
    whole = orjson.loads(body)
    inner = whole["data"]["object"] if whole.get("object") == "event" else whole
    for field in ("lines", "items"):
        nested = inner.get(field)
        if isinstance(nested, dict) and len(nested.get("data", ())) > NESTED:
            nested["total_count"] = len(nested["data"])
            nested["data"] = nested["data"][:NESTED]
            nested["has_more"] = True
    return orjson.dumps(whole)


def without(body: bytes, fields: Sequence[str], asked: Sequence[str]) -> bytes:
    """The body without those of the fields that nobody asked for."""
    unasked = [field for field in fields if field not in asked and b'"%s":' % field.encode() in body]
    if not unasked:
        return body
    whole = orjson.loads(body)
    for field in unasked:
        whole.pop(field, None)
    return orjson.dumps(whole)


def as_list(bodies: Sequence[bytes], has_more: bool, path: str) -> bytes:
    more = b"true" if has_more else b"false"
    return b'{"object":"list","data":[%s],"has_more":%s,"url":"%s"}' % (b",".join(bodies), more, path.encode())


def nested_list(bodies: Sequence[bytes], owner: str, field: str) -> bytes:
    path = f"/v1/charges/{owner}/refunds" if field == "refunds" else f"/v1/customers/{owner}/{field}"
    return as_list(bodies[:NESTED], len(bodies) > NESTED, path)
