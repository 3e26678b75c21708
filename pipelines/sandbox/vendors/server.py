"""The simulators' web application: one host per vendor, and the control address for tests."""

from __future__ import annotations

import orjson
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Host, Route, Router

from app.clock import sandbox_clock
from app.errors import DependencyMissing
from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.vendors import SALESFORCE_HOST, SALESFORCE_LOGIN_HOST, STRIPE_HOST
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault, Faults
from pipelines.sandbox.vendors.salesforce import Credentials, Salesforce
from pipelines.sandbox.vendors.stripe import Stripe

METHODS = ["GET", "POST", "DELETE", "PUT", "PATCH"]
CLIENT_ID = "3MVG9plumbline.sandbox"


def stripe_key(settings: Settings) -> str:
    """The secret API key that the simulated Stripe accepts."""
    return "sk_test_" + get_secret(settings, "stripe_key")


def account_id(settings: Settings) -> str:
    """The id of the sandbox company's Stripe account.

    Raises:
        DependencyMissing: the company was never born.
    """
    catalogue = _catalogue(settings)
    page = catalogue.page("stripe", "account", (), 1, None)
    catalogue.close()
    if page is None or not page.bodies:
        raise DependencyMissing(
            "The sandbox company has no Stripe account in its store. Expected one from its birth. Run `plumbline up`."
        )
    return str(orjson.loads(page.bodies[0])["id"])


def salesforce_credentials(settings: Settings) -> Credentials:
    """What the simulated Salesforce accepts at its login."""
    return Credentials(
        CLIENT_ID, get_secret(settings, "salesforce_client_secret"), get_secret(settings, "salesforce_refresh_token")
    )


def application(settings: Settings) -> Starlette:
    """The simulators over the company's store of this home."""
    catalogue = _catalogue(settings)
    faults = Faults()
    stripe = Stripe(catalogue, stripe_key(settings), faults)
    salesforce = Salesforce(catalogue, salesforce_credentials(settings), faults)

    async def set_fault(request: Request) -> Response:
        try:
            faults.set(Fault.model_validate_json(await request.body()))
        except ValidationError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"seen": faults.seen})

    async def clear_faults(request: Request) -> Response:
        faults.clear()
        return JSONResponse({"seen": faults.seen})

    def everything(answer: object) -> Router:
        return Router([Route("/{path:path}", answer, methods=METHODS)])  # type: ignore[arg-type]

    return Starlette(
        routes=[
            Host(STRIPE_HOST, everything(stripe.answer)),
            Host(SALESFORCE_LOGIN_HOST, everything(salesforce.login)),
            Host(SALESFORCE_HOST, everything(salesforce.answer)),
            Route("/_sandbox/faults", set_fault, methods=["POST"]),
            Route("/_sandbox/faults", clear_faults, methods=["DELETE"]),
        ]
    )


def _catalogue(settings: Settings) -> Catalogue:
    return Catalogue(settings.home / "sandbox" / "vendors.db", sandbox_clock(settings))
