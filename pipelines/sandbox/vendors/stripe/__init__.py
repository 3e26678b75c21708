"""Stripe, API version 2022-11-15."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.stripe.api import Stripe
from pipelines.sandbox.vendors.vendor import Simulator, Vendor

HOST = "api.stripe.com"


def secret_key(settings: Settings) -> str:
    """The secret API key that the simulated Stripe accepts."""
    return "sk_test_" + get_secret(settings, "stripe_key")


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at Stripe's host."""
    return {HOST: Stripe(catalogue, secret_key(settings))}


VENDOR = Vendor("stripe", (HOST,), build)
