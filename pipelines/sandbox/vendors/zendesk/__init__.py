"""Zendesk Support's API v2 at the company's own host."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.company.zendesk_bodies import SUBDOMAIN
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.vendor import Simulator, Vendor
from pipelines.sandbox.vendors.zendesk.api import Credentials, Zendesk

HOST = f"{SUBDOMAIN}.zendesk.com"
EMAIL = f"agent0@{SUBDOMAIN}.example"


def credentials(settings: Settings) -> Credentials:
    """What the simulated Zendesk accepts: an administrator's address with an API token."""
    return Credentials(EMAIL, get_secret(settings, "zendesk_api_token"))


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at the company's host."""
    return {HOST: Zendesk(catalogue, credentials(settings))}


VENDOR = Vendor("zendesk", (HOST,), build)
