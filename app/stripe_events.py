"""Which of Stripe's events the models may read, and what is wrong with one that they may not.

An event that is not as it should be is kept, but set aside: refusing it would make Stripe send it again for three
days and then switch the endpoint off, and throwing it away would lose what it says. `ignored` is an ordinary event that
no model reads; `quarantined` one that a model would stumble over, for the engineer to look at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

State = Literal["read", "ignored", "quarantined"]
Shape = Mapping[str, Any]
FIRST_UNREAD_VERSION = "2025-03-31"
"""From this API version on, invoices and subscriptions hold what the models read in other places."""
UNREAD_TYPES = ("invoice.upcoming",)
"""Previews of what does not exist yet; they have no id."""

PLAN: Shape = {
    "id!": "word", "product": "word", "nickname": "word", "amount": "amount", "currency!": "word",
    "interval!": "interval", "interval_count!": "count", "usage_type": "word", "created": "instant",
}  # fmt: skip
ITEM: Shape = {"id!": "word", "quantity": "amount", "created": "instant", "plan!": PLAN}
LINE: Shape = {
    "id!": "word", "subscription": "word", "subscription_item": "word", "type": "word", "description": "text",
    "amount!": "amount", "quantity": "amount", "currency!": "word", "proration": "flag", "plan": PLAN,
    "price": {"product": "word"}, "period!": {"start!": "instant", "end!": "instant"},
}  # fmt: skip
COUPON: Shape = {"id": "word", "duration": "word", "percent_off": "percent", "amount_off": "amount"}
SHAPES: Mapping[str, Shape] = {
    "customer": {
        "id!": "word", "name": "text", "email": "text", "currency": "word", "address": {"country": "word"},
        "created!": "instant",
    },
    "product": {"id!": "word", "name!": "word", "created!": "instant"},
    "plan": PLAN,
    "subscription": {
        "id!": "word", "customer!": "word", "status!": "word", "created!": "instant", "start_date": "instant",
        "trial_start": "instant", "trial_end": "instant", "canceled_at": "instant", "cancel_at": "instant",
        "cancel_at_period_end": "flag", "ended_at": "instant", "current_period_start": "instant",
        "current_period_end": "instant", "pause_collection": {}, "items!": {"data!": [ITEM]},
    },
    "invoice": {
        "id!": "word", "customer!": "word", "subscription": "word", "status": "word", "currency!": "word",
        "subtotal!": "amount", "total!": "amount", "tax": "amount", "amount_due!": "amount",
        "amount_paid!": "amount", "amount_remaining!": "amount", "created!": "instant", "due_date": "instant",
        "pre_payment_credit_notes_amount": "amount", "post_payment_credit_notes_amount": "amount",
        "billing_reason": "word", "collection_method": "word", "number": "word",
        "discount": {"start": "instant", "end": "instant", "coupon": COUPON},
        "status_transitions": {
            "finalized_at": "instant", "paid_at": "instant", "voided_at": "instant",
            "marked_uncollectible_at": "instant",
        },
        "lines!": {"data!": [LINE]},
    },
    "charge": {
        "id!": "word", "customer": "word", "invoice": "word", "status!": "word", "currency!": "word",
        "amount!": "amount", "amount_refunded": "amount", "failure_code": "word", "created!": "instant",
    },
    "coupon": {
        "id!": "word", "name": "text", "duration!": "word", "duration_in_months": "count", "percent_off": "percent",
        "amount_off": "amount", "currency": "word", "valid": "flag", "created!": "instant",
    },
    "refund": {
        "id!": "word", "charge": "word", "status": "word", "reason": "word", "currency!": "word",
        "amount!": "amount", "balance_transaction": "word", "created!": "instant",
    },
    "dispute": {
        "id!": "word", "charge": "word", "status!": "word", "reason": "word", "currency!": "word",
        "amount!": "amount", "evidence_details": {"due_by": "deadline"}, "created!": "instant",
    },
    "payout": {
        "id!": "word", "status!": "word", "currency!": "word", "amount!": "amount", "arrival_date": "instant",
        "automatic": "flag", "failure_code": "word", "balance_transaction": "word", "created!": "instant",
    },
    "credit_note": {
        "id!": "word", "invoice": "word", "customer": "word", "refund": "word", "status!": "word", "type": "word",
        "reason": "word", "currency!": "word", "amount!": "amount", "subtotal": "amount", "created!": "instant",
        "voided_at": "instant",
    },
}  # fmt: skip
"""What the models read of each kind of object, as models/macros/stripe_shapes.sql says it: a field that must be there
ends with `!`, a list has one member that says how each of its members looks."""


@dataclass(frozen=True)
class Verdict:
    """Whether the models may read an event, and if not, why, in words."""

    state: State
    reason: str | None = None


@dataclass(frozen=True)
class _Kind:
    """A kind of value: what it is in words, and the test that it passes."""

    words: str
    holds: Callable[[Any], bool]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most


KINDS: Mapping[str, _Kind] = {
    "word": _Kind("a text of 1 to 255 characters", lambda v: isinstance(v, str) and 1 <= len(v) <= 255),
    "text": _Kind("a text of up to 5,000 characters", lambda v: isinstance(v, str) and len(v) <= 5000),
    "amount": _Kind("a number below 10^15", lambda v: _is_number(v) and abs(v) < 10**15),
    "percent": _Kind("a number from 0 to 100", lambda v: _is_number(v) and 0 <= v <= 100),
    "count": _Kind("a whole number from 1 to 1,000", lambda v: _is_whole(v, 1, 1000)),
    "flag": _Kind("true or false", lambda v: isinstance(v, bool)),
    "instant": _Kind(
        "whole seconds since 1970, of the years 2000 to 2100", lambda v: _is_whole(v, 946684800, 4102444799)
    ),
    "deadline": _Kind(
        "whole seconds since 1970, of the years 2000 to 2100, or 0",
        lambda v: _is_whole(v, 0, 0) or _is_whole(v, 946684800, 4102444799),
    ),
    "interval": _Kind("day, week, month or year", lambda v: v in ("day", "week", "month", "year")),
}


def judge(event: Mapping[str, Any]) -> Verdict:
    """What becomes of an event that Stripe has signed."""
    version = event.get("api_version")
    if event.get("type") in UNREAD_TYPES:
        return Verdict("ignored", f"No model reads events of the type {event['type']}.")
    if version is not None and not _is_read(version):
        return Verdict(
            "ignored",
            f"The event speaks API version {str(version)[:40]!r}. Expected one before {FIRST_UNREAD_VERSION}, as the "
            "models read it. Set the webhook endpoint's API version to 2022-11-15.",
        )
    if event.get("object", "event") != "event":
        return Verdict("ignored", f"No model reads events of the kind {str(event['object'])[:60]}.")
    data = event.get("data")
    body = data.get("object") if isinstance(data, dict) else None
    name = body.get("object") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(name, str):
        return Verdict("quarantined", f"{_found('data.object', body)}; expected an object that names its kind.")
    if name not in SHAPES:
        return Verdict("ignored", f"No model reads objects of the kind {name[:60]}.")
    fault = _fault(body, SHAPES[name], name, is_needed=True)
    return Verdict("quarantined", fault) if fault else Verdict("read")


def _is_read(version: Any) -> bool:
    return (
        isinstance(version, str)
        and re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", version) is not None
        and version[:10] < FIRST_UNREAD_VERSION
    )


def _fault(value: Any, shape: Any, path: str, *, is_needed: bool) -> str | None:
    """What of a value is not as its shape says; None when all is."""
    if value is None:
        return f"{path} is missing; expected {_words(shape)}." if is_needed else None
    if isinstance(shape, str):
        return None if KINDS[shape].holds(value) else f"{_found(path, value)}; expected {_words(shape)}."
    if not isinstance(value, list if isinstance(shape, list) else dict):
        return f"{_found(path, value)}; expected {_words(shape)}."
    if isinstance(shape, list):
        faults = (_fault(each, shape[0], f"{path}[{at}]", is_needed=True) for at, each in enumerate(value))
    else:
        faults = (
            _fault(value.get(name.rstrip("!")), inner, f"{path}.{name.rstrip('!')}", is_needed=name.endswith("!"))
            for name, inner in shape.items()
        )
    return next((fault for fault in faults if fault), None)


def _words(shape: Any) -> str:
    if isinstance(shape, str):
        return KINDS[shape].words
    return "a list" if isinstance(shape, list) else "an object"


def _found(path: str, value: Any) -> str:
    """Such as "invoice.created is 'soon'"; of long values the beginning."""
    said = repr(value) if isinstance(value, str | int | float | None) and not _is_long(value) else type(value).__name__
    return f"{path} is {said[:60]}"


def _is_long(value: Any) -> bool:
    """Whether an integer has more digits than Python will write out in a moment."""
    return isinstance(value, int) and not -(10**40) < value < 10**40
