"""SendGrid, Web API v3: Marketing Campaigns, suppressions and statistics, and where its exports are fetched."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.sendgrid.api import HOST, SendGrid
from pipelines.sandbox.vendors.sendgrid.exports import FILES_HOST
from pipelines.sandbox.vendors.vendor import Simulator, Vendor


def api_key(settings: Settings) -> str:
    """The API key that the simulated SendGrid accepts: three parts, as the vendor's keys have."""
    return f"SG.sandbox.{get_secret(settings, 'sendgrid_key')}"


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at SendGrid's host, and at the one that holds exported files."""
    sendgrid = SendGrid(catalogue, api_key(settings))
    return {HOST: sendgrid, FILES_HOST: sendgrid}


VENDOR = Vendor("sendgrid", (HOST, FILES_HOST), build)
