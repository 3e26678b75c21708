"""Meta's Marketing API, v25.0: the company's ad account on the Graph API's host."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.facebook.api import HOST, Facebook
from pipelines.sandbox.vendors.vendor import Simulator, Vendor


def access_token(settings: Settings) -> str:
    """The system user's token that the simulated Meta accepts."""
    return "EAAB" + get_secret(settings, "facebook_access_token")


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at the Graph API's host."""
    return {HOST: Facebook(catalogue, access_token(settings))}


VENDOR = Vendor(name="facebook", hosts=(HOST,), build=build)
