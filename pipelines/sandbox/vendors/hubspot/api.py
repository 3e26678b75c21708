"""HubSpot's public API as far as a reader needs it: who may ask, how often, and which listing answers.

Written from HubSpot's API reference (CRM v3, forms v2, e-mail analytics v1) and its usage guidelines, and from the
requests of tap-hubspot 4.5.0.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from uuid import uuid4

import orjson
from starlette.requests import Request
from starlette.responses import Response

from pipelines.sandbox.company.hubspot_bodies import PORTAL
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.hubspot import listings
from pipelines.sandbox.vendors.hubspot.properties import described
from pipelines.sandbox.vendors.hubspot.quota import Quota
from pipelines.sandbox.vendors.hubspot.refusal import Refusal, limited, missing_scopes, not_found, unauthorised

HOST = "api.hubapi.com"
BURST, DAILY = 250, 1_650_000
"""Of an account on Professional with the API limit increase: requests in ten seconds and in a day."""
PATIENT_BURST = 100 * BURST
"""What the sandbox allows in ten seconds. Under its standing clock the tap's waits after a 429 take no time, so that
the documented limit, which tests hold, would end each load of a company of some size."""
DAY_SECONDS = 86_400
NOT_GRANTED: Mapping[str, str] = {
    "/companies/v2/": "crm.objects.companies.read", "/crm/v3/properties/companies": "crm.objects.companies.read",
    "/properties/v1/deals/": "crm.objects.deals.read", "/deals/v1/": "crm.objects.deals.read",
    "/crm/v3/properties/deals": "crm.objects.deals.read", "/crm/v3/objects/deals": "crm.objects.deals.read",
    "/crm/v3/properties/tickets": "tickets", "/crm/v4/objects/tickets": "tickets",
    "/crm/v3/schemas": "crm.schemas.custom.read", "/crm/v3/owners": "crm.objects.owners.read",
    "/automation/v3/workflows": "automation", "/engagements/v1/": "crm.objects.contacts.read",
}  # fmt: skip
"""What the private app of the sandbox company was not given: Plumbline asks for what it loads and no more."""
GRANTED: Mapping[str, str] = {
    "/crm/v3/properties/contacts": "crm.schemas.contacts.read", "/crm/v3/lists": "crm.lists.read", "/forms/": "forms",
    "/email/": "content",
}  # fmt: skip
"""What it was given besides the contacts, and may be refused by a fault at such a path."""


class HubSpot:
    """Answers every path of api.hubapi.com.

    Args:
        catalogue: the company's store.
        token: the private app's access token that is accepted.
        burst, daily: how many requests in ten seconds, and in a day, are answered.
    """

    def __init__(self, catalogue: Catalogue, token: str, burst: int = BURST, daily: int = DAILY) -> None:
        self._catalogue = catalogue
        self._token = token
        self._quota: Quota | None = None
        self._limits = burst, daily

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""
        headers = {"X-HubSpot-Correlation-Id": str(uuid4())}
        try:
            self._authenticate(request)
            quota = self._counted()
            quota.take()
            if not request.url.path.endswith("/search"):
                headers |= quota.headers()
            content = await self._read(request)
        except Refusal as refusal:
            return refusal.response(headers)
        return Response(orjson.dumps(content), 200, headers, "application/json")

    def failed(self, fault: Fault) -> Response:
        """HubSpot's words for too many requests (429), for missing scopes (403), and for what else it cannot do."""
        headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
        if fault.status == 429:
            return limited(
                "TEN_SECONDLY_ROLLING", "You have reached your ten_secondly_rolling limit."
            ).response(headers)
        if fault.status == 403:
            needed = next((scope for begin, scope in GRANTED.items() if fault.path.startswith(begin)), None)
            return missing_scopes(needed or "crm.objects.contacts.read").response(headers)
        return Refusal(fault.status, "INTERNAL_ERROR", "internal error").response(headers)

    def _counted(self) -> Quota:
        """The app's quota, made with the first request: the store may not be there yet when the server starts."""
        if self._quota is None:
            self._quota = Quota(lambda: self._catalogue.now() // DAY_SECONDS, *self._limits)
        return self._quota

    def _authenticate(self, request: Request) -> None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme != "Bearer" or not hmac.compare_digest(given.encode(), self._token.encode()):
            raise unauthorised(given)

    async def _read(self, request: Request) -> object:
        path, query = request.url.path, request.query_params
        scope = next((needed for begin, needed in NOT_GRANTED.items() if path.startswith(begin)), None)
        if scope is not None:
            raise missing_scopes(scope)
        match request.method, path.strip("/").split("/"):
            case "POST", ["crm", "v3", "lists", "search"]:
                return listings.lists(self._catalogue, await request.body())
            case "GET", ["crm", "v3", "properties", "contacts"]:
                return {"results": described()}
            case "GET", ["crm", "v3", "objects", "contacts"]:
                return listings.contacts(self._catalogue, query)
            case "GET", ["email", "public", "v1", "campaigns", "by-id"]:
                return listings.campaigns(self._catalogue, query)
            case "GET", ["email", "public", "v1", "campaigns", key]:
                return listings.campaign(self._catalogue, key)
            case "GET", ["email", "public", "v1", "events"]:
                return listings.events(self._catalogue, query)
            case "GET", ["forms", "v2", "forms"]:
                return listings.forms(self._catalogue)
            case "GET", ["form-integrations", "v1", "submissions", "forms", guid]:
                return listings.submissions(self._catalogue, guid, query)
            case "GET", ["account-info", "v3", "details"]:
                return ACCOUNT
        raise not_found()


ACCOUNT = {
    "portalId": PORTAL, "accountType": "STANDARD", "timeZone": "US/Eastern", "companyCurrency": "USD",
    "additionalCurrencies": [], "utcOffset": "-05:00", "utcOffsetMilliseconds": -18_000_000,
    "uiDomain": "app-eu1.hubspot.com", "dataHostingLocation": "eu1",
}
