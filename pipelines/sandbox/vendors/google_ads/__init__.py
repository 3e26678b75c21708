"""Google Ads, REST API v25: Google's login, and the queries about the company's account."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.company.ad_bodies import CUSTOMER, MANAGER
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.google_ads.api import HOST, GoogleAds
from pipelines.sandbox.vendors.google_ads.login import LOGIN_HOST, Credentials, Login
from pipelines.sandbox.vendors.vendor import Simulator, Vendor

CLIENT_ID = "720331984500-plumbline.apps.googleusercontent.com"


def credentials(settings: Settings) -> Credentials:
    """What the simulated Google accepts."""
    return Credentials(
        CLIENT_ID,
        get_secret(settings, "google_ads_client_secret"),
        get_secret(settings, "google_ads_refresh_token"),
        get_secret(settings, "google_ads_developer_token"),
        CUSTOMER,
        MANAGER,
    )


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at the login host and at the API's; they share the tokens that the login gave."""
    given = credentials(settings)
    login = Login(given)
    return {LOGIN_HOST: login, HOST: GoogleAds(catalogue, login, given)}


VENDOR = Vendor(name="google_ads", hosts=(LOGIN_HOST, HOST), build=build)
