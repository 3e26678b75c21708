"""Google Ads, REST API v25: the queries about the company's account. Tokens are given by `google_oauth/`."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.company.ad_bodies import CUSTOMER, MANAGER
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.google_ads.api import HOST, Access, GoogleAds
from pipelines.sandbox.vendors.google_oauth.tokens import Tokens
from pipelines.sandbox.vendors.vendor import Simulator, Vendor


def access(settings: Settings) -> Access:
    """What is accepted beside a token: the developer token, and the accounts there are."""
    return Access(get_secret(settings, "google_ads_developer_token"), CUSTOMER, MANAGER)


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at the API's host."""
    return {HOST: GoogleAds(catalogue, Tokens(settings), access(settings))}


VENDOR = Vendor("google_ads", (HOST,), build)
