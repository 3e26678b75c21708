"""Salesforce, REST API v61: the login host, and the company's own."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.salesforce.api import HOST, LOGIN_HOST, Credentials, Login, Salesforce
from pipelines.sandbox.vendors.vendor import Simulator, Vendor

CLIENT_ID = "3MVG9plumbline.sandbox"


def credentials(settings: Settings) -> Credentials:
    """What the simulated Salesforce accepts at its login."""
    return Credentials(
        CLIENT_ID, get_secret(settings, "salesforce_client_secret"), get_secret(settings, "salesforce_refresh_token")
    )


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at the login host and at the company's own; they share the tokens that the login gave."""
    login = Login(catalogue, credentials(settings))
    return {LOGIN_HOST: login, HOST: Salesforce(catalogue, login)}


VENDOR = Vendor("salesforce", (LOGIN_HOST, HOST), build)
