"""Google's OAuth token endpoint, where every Google product's tap goes first.

The products (`ga4/`, `google_ads/`) take their credentials from `credentials(settings, PRODUCT)` and judge a bearer
token by `Tokens(settings).scopes(token, now)`: a token says, signed, what it opens and since when, so that nothing is
shared but the home's key.
"""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.google_oauth.endpoint import HOST, OLD_HOST, TokenEndpoint
from pipelines.sandbox.vendors.google_oauth.tokens import SCOPES, Credentials, Tokens
from pipelines.sandbox.vendors.vendor import Simulator, Vendor

__all__ = ["VENDOR", "Credentials", "Tokens", "credentials"]


def credentials(settings: Settings, product: str) -> Credentials:
    """What the sandbox company's OAuth client for a product was given.

    Args:
        settings: whose home keeps the secrets.
        product: a key of SCOPES: `ga4` or `google_ads`.
    """
    return Credentials(
        f"418{len(product):09d}-{product.replace('_', '')}.apps.googleusercontent.com",
        "GOCSPX-" + get_secret(settings, f"{product}_client_secret"),
        "1//0" + get_secret(settings, f"{product}_refresh_token"),
        SCOPES[product],
    )


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at today's address of the token endpoint, and at the one before it."""
    clients = tuple(credentials(settings, product) for product in SCOPES)
    endpoint = TokenEndpoint(catalogue, clients, Tokens(settings))
    return {HOST: endpoint, OLD_HOST: endpoint}


VENDOR = Vendor("google_oauth", (HOST, OLD_HOST), build)
