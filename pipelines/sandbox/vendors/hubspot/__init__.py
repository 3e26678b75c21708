"""HubSpot: CRM v3 (contacts, lists), forms v2, form submissions v1, e-mail analytics v1."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.hubspot.api import HOST, PATIENT_BURST, HubSpot
from pipelines.sandbox.vendors.vendor import Simulator, Vendor


def access_token(settings: Settings) -> str:
    """The token of the private app that the simulated HubSpot accepts."""
    return "pat-eu1-" + get_secret(settings, "hubspot_token")


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at HubSpot's host."""
    return {HOST: HubSpot(catalogue, access_token(settings), burst=PATIENT_BURST)}


VENDOR = Vendor("hubspot", (HOST,), build)
