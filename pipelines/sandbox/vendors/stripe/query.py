"""What a request to Stripe asks, read from its query, and the errors it gets, as Stripe words them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from pipelines.sandbox.vendors.catalogue import Comparison

MOST_PER_PAGE = 100
RANGE = re.compile(r"^created(?:\[(gt|gte|lt|lte)\])?$")
EXPAND = re.compile(r"^expand\[\d*\]$")
OPERATORS = {None: "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


@dataclass(frozen=True)
class Resource:
    """A listed resource: the store's kind, its filters by body path, and what may be expanded."""

    kind: str
    filters: Mapping[str, str]
    expansions: Mapping[str, str]


class Refusal(Exception):
    """An answer that is an error, as Stripe words it."""

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None, **more: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers or {}
        self.error = {"message": message, "type": "invalid_request_error"} | more


def value_of(query: Sequence[tuple[str, str]], name: str) -> str | None:
    return next((value for key, value in query if key == name and value), None)


def required(query: Sequence[tuple[str, str]], name: str) -> str:
    value = value_of(query, name)
    if value is None:
        raise Refusal(400, f"Missing required param: {name}.", code="parameter_missing", param=name)
    return value


def page_limit(query: Sequence[tuple[str, str]]) -> int:
    text = value_of(query, "limit") or "10"
    if not text.isdigit():
        raise Refusal(400, f"Invalid integer: {text}", code="parameter_invalid_integer", param="limit")
    limit = int(text)
    if limit > MOST_PER_PAGE:
        raise Refusal(
            400, f"This value must be less than or equal to {MOST_PER_PAGE} (it currently is '{limit}').", param="limit"
        )
    if limit < 1:
        raise Refusal(400, f"This value must be greater than or equal to 1 (it currently is '{limit}').", param="limit")
    return limit


def part_of(
    entries: Sequence[Mapping[str, Any]], query: Sequence[tuple[str, str]], kind: str
) -> tuple[Sequence[Mapping[str, Any]], bool]:
    """The entries of a list after `starting_after`, as many as asked for, and whether there are more."""
    after = value_of(query, "starting_after")
    if after:
        places = [place for place, entry in enumerate(entries) if entry["id"] == after]
        if not places:
            raise missing(kind, after, "starting_after", 400)
        entries = entries[places[0] + 1:]
    limit = page_limit(query)
    return entries[:limit], len(entries) > limit


def created(query: Sequence[tuple[str, str]]) -> list[Comparison]:
    """The conditions on `created`, each an epoch second."""
    conditions: list[Comparison] = []
    for key, value in query:
        match = RANGE.match(key)
        if match:
            if not re.fullmatch(r"\d+", value):
                raise Refusal(400, f"Invalid timestamp: {value}: must be an integer Unix timestamp", param=key)
            conditions.append(("created", OPERATORS[match[1]], int(value)))
    return conditions


def expansions(query: Sequence[tuple[str, str]], resource: Resource) -> list[str]:
    wanted = [value.removeprefix("data.") for key, value in query if EXPAND.match(key)]
    for field in wanted:
        if field not in resource.expansions:
            raise Refusal(400, f"This property cannot be expanded ({field}).", param="expand")
    return wanted


def is_common(key: str) -> bool:
    return key in ("limit", "starting_after") or bool(RANGE.match(key) or EXPAND.match(key))


def unknown_parameter(key: str) -> Refusal:
    return Refusal(400, f"Received unknown parameter: {key}", code="parameter_unknown", param=key)


def missing(kind: str, key: str, param: str, status: int) -> Refusal:
    return Refusal(
        status, f"No such {kind}: '{key}'", code="resource_missing", param=param,
        doc_url="https://stripe.com/docs/error-codes/resource-missing",
    )


def unknown_url(request: Request) -> Refusal:
    return Refusal(
        404,
        f"Unrecognized request URL ({request.method}: {request.url.path}). Please see https://stripe.com/docs or we "
        "can help at https://support.stripe.com/.",
    )


def too_many(headers: Mapping[str, str]) -> Refusal:
    return Refusal(
        429,
        "Request rate limit exceeded. You can learn more about rate limits here "
        "https://stripe.com/docs/rate-limits.",
        {"Stripe-Rate-Limited-Reason": "global-rate", **headers},
        code="rate_limit", doc_url="https://stripe.com/docs/error-codes/rate-limit",
    )
