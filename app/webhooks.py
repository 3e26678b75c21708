"""/webhooks/stripe: Stripe tells us at once what the next load would find. Checked, kept once, answered fast.

The next build takes the newest version of an object from the load or from here.
"""

from __future__ import annotations

import json
import logging

import stripe
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.errors import PlumblineError
from app.secrets import get_secret
from app.settings import Settings
from app.warehouse import Warehouse

log = logging.getLogger("plumbline.webhooks")
PATH = "/webhooks/stripe"
MOST_BYTES = 512 * 1024
WRONG_SIGNATURE = (
    "The signature is wrong or older than 5 minutes. Expected one made with this endpoint's signing secret; compare "
    "PLUMBLINE_STRIPE_WEBHOOK_SECRET with Stripe's."
)


def stripe_route(settings: Settings, warehouse: Warehouse) -> Route:
    """The route, for `st.App(routes=…)`."""

    async def receive(request: Request) -> Response:
        if request.method != "POST":
            return refuse(405, "Stripe posts its events here; there is nothing to read.")
        body = await bounded_body(request)
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
        200 with `{"received": true, "event": id, "is_new": bool}`; 400 when it is not Stripe's; 503 when the
        warehouse cannot be reached, so that Stripe delivers it again.
    """
    if not signature:
        return refuse(400, "The header Stripe-Signature is missing. Only Stripe may post here.")
    try:
        stripe.WebhookSignature.verify_header(
            body.decode("utf-8"), signature, get_secret(settings, "stripe_webhook"), 300
        )
        event = json.loads(body)
        event_id, kind, created = str(event["id"]), str(event["type"]), int(event["created"])
    except stripe.SignatureVerificationError:
        return refuse(400, WRONG_SIGNATURE)
    except (ValueError, KeyError, TypeError):
        return refuse(400, "The body is not a Stripe event. Expected JSON with id, type and created.")
    try:
        is_new = warehouse.keep_event(event_id, kind, created, event)
    except PlumblineError as error:
        log.error("event %s not kept: %s", event_id, error)
        return refuse(503, "The warehouse cannot be reached; deliver the event again later.")
    return JSONResponse({"received": True, "event": event_id, "is_new": is_new})


def refuse(status: int, why: str) -> JSONResponse:
    return JSONResponse({"received": False, "error": why}, status)
