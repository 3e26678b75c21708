"""/webhooks/stripe: Stripe tells us at once what the next load would find. Checked, kept once, answered fast.

The next build takes the newest version of an object from the load or from here. What Stripe has signed is never lost:
an event that the models could not read is kept, but set aside (`app.stripe_events`).
"""

from __future__ import annotations

import asyncio
import json
import logging
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import stripe
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.errors import PlumblineError, QuestionError, UsageError
from app.secrets import get_secret
from app.settings import Settings
from app.stripe_events import judge
from app.warehouse import Warehouse

log = logging.getLogger("plumbline.webhooks")
PATH = "/webhooks/stripe"
MOST_BYTES = 512 * 1024
MOST_SECONDS = 10
END_OF_TIME = 253_402_300_800
"""The year 10000, in seconds since 1970."""
ENVELOPE = "JSON with id, type (texts of up to 255 characters) and created (an instant)"
WRONG_SIGNATURE = (
    "The signature is wrong or older than 5 minutes. Expected one made with this endpoint's signing secret; compare "
    "PLUMBLINE_STRIPE_WEBHOOK_SECRET with Stripe's."
)


def stripe_route(settings: Settings, warehouse: Warehouse) -> Route:
    """The route, for `st.App(routes=…)`."""

    async def receive(request: Request) -> Response:
        if request.method != "POST":
            return refuse(405, "Stripe posts its events here; there is nothing to read.")
        try:
            async with asyncio.timeout(MOST_SECONDS):
                body = await bounded_body(request)
        except TimeoutError:
            return refuse(408, f"The event was not here after {MOST_SECONDS} seconds. Stripe sends it at once.")
        if body is None:
            return refuse(413, f"The event is larger than {MOST_BYTES} bytes. Stripe's are smaller.")
        return await run_in_threadpool(keep, settings, warehouse, body, request.headers.get("stripe-signature"))

    return Route(PATH, receive, methods=["POST", "GET"])


async def bounded_body(request: Request) -> bytes | None:
    """The request's body, or None as soon as it is longer than it may be."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > MOST_BYTES:
        return None
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return body


def keep(settings: Settings, warehouse: Warehouse, body: bytes, signature: str | None) -> Response:
    """Checks the signature and stores the event; a second delivery of the same event changes nothing.

    Returns:
        200 with `{"received": true, "event": id, "is_new": bool}`, and `set_aside` with the reason where the models may
        not read it; 400 when it is not Stripe's or cannot be stored; 503 when the warehouse cannot be reached, so that
        Stripe delivers it again.
    """
    if not signature:
        return refuse(400, "The header Stripe-Signature is missing. Only Stripe may post here.")
    try:
        text = body.decode("utf-8")
        stripe.WebhookSignature.verify_header(text, signature, get_secret(settings, "stripe_webhook"), 300)
        event = read_event(text)
    except UnicodeDecodeError:
        return refuse(400, "The body is not UTF-8. Expected an event as Stripe writes it, in JSON.")
    except stripe.SignatureVerificationError:
        return refuse(400, WRONG_SIGNATURE)
    except UsageError as error:
        return refuse(400, str(error))
    verdict = judge(event)
    try:
        is_new = warehouse.events.keep(
            event["id"], event["type"], happened_at(event), event, verdict.state, verdict.reason
        )
    except QuestionError as error:  # the database took offence at what is in it: it would do so each time
        return refuse(400, f"The event cannot be stored. {error}")
    except PlumblineError as error:
        log.error("event %s not kept: %s", event["id"], error)
        return refuse(503, "The warehouse cannot be reached; deliver the event again later.")
    if verdict.state == "quarantined":
        log.warning("event %s is in quarantine: %s", event["id"], verdict.reason)
    told = {"set_aside": verdict.reason} if verdict.reason else {}
    return JSONResponse({"received": True, "event": event["id"], "is_new": is_new, **told})


def read_event(text: str) -> dict[str, Any]:
    """The event in a body: a JSON object whose id, type and time are as Stripe's, and that Postgres can keep.

    Raises:
        UsageError: it is not; the message says what is wrong.
    """
    try:
        event = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"The body is not a Stripe event: {error}. Expected {ENVELOPE}.") from None
    found = event if isinstance(event, dict) else {}
    for name in ("id", "type"):
        if not isinstance(found.get(name), str) or not 1 <= len(found[name]) <= 255:
            raise UsageError(f"The body is not a Stripe event: it has no {name}. Expected {ENVELOPE}.")
    if happened_at(found) not in range(END_OF_TIME):
        raise UsageError(f"The body is not a Stripe event: it has no time. Expected {ENVELOPE}.")
    fault = unstorable(found)
    if fault:
        raise UsageError(f"The event cannot be stored: it holds {fault}. Expected what Postgres can keep.")
    return found


def happened_at(event: Mapping[str, Any]) -> int:
    """When it happened, in seconds since 1970; Stripe's newer events say it as ISO text. -1 where they don't say."""
    created = event.get("created")
    if isinstance(created, str):
        try:
            return int(datetime.fromisoformat(created).timestamp())
        except (ValueError, OverflowError):
            return -1
    return created if isinstance(created, int) and not isinstance(created, bool) else -1


def unstorable(value: Any) -> str | None:
    """What in a JSON value Postgres has no room for, in words; None when it can keep all of it."""
    waiting = [value]
    while waiting:
        match waiting.pop():
            case dict() as mapping:
                waiting.extend(mapping)
                waiting.extend(mapping.values())
            case list() as members:
                waiting.extend(members)
            case str() as text:
                if "\x00" in text:
                    return "the character U+0000"
                if any("\ud800" <= character <= "\udfff" for character in text):
                    return "half of a character (a lone surrogate)"
            case float() as number:
                if not math.isfinite(number):
                    return "a number without end"
    return None


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def refuse(status: int, why: str) -> JSONResponse:
    return JSONResponse({"received": False, "error": why}, status)
