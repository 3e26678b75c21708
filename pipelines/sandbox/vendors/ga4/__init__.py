"""Google Analytics 4, Data API v1beta, over gRPC and over REST."""

from __future__ import annotations

from collections.abc import Mapping

from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.google_oauth.tokens import SCOPES, Tokens
from pipelines.sandbox.vendors.vendor import Simulator, Vendor

HOST = "analyticsdata.googleapis.com"
ACCOUNT = "204681357"


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at the Data API's host."""
    from pipelines.sandbox.vendors.ga4.api import DataApi  # Google's messages are loaded where they are served

    return {HOST: DataApi(catalogue, Tokens(settings), SCOPES["ga4"])}


VENDOR = Vendor("ga4", (HOST,), build)
