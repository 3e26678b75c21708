"""Google Ads, REST API v25: the queries about the company's account. Its tokens come from `google_oauth/`."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.company.ad_bodies import CUSTOMER, MANAGER
from pipelines.sandbox.vendors import google_oauth
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.google_ads.account import Credentials
from pipelines.sandbox.vendors.google_ads.api import HOST, GoogleAds
from pipelines.sandbox.vendors.vendor import Simulator, Vendor

PRODUCT = "google_ads"


def credentials(settings: Settings) -> Credentials:
    """What the simulated Google accepts."""
    client = google_oauth.credentials(settings, PRODUCT)
    return Credentials(
        client.client_id, client.client_secret, client.refresh_token,
        get_secret(settings, "google_ads_developer_token"), CUSTOMER, MANAGER,
    )  # fmt: skip


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at the API's host."""
    return {HOST: GoogleAds(catalogue, google_oauth.Tokens(settings), credentials(settings))}


VENDOR = Vendor(name="google_ads", hosts=(HOST,), build=build)
