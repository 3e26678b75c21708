"""Amplitude: the export, taxonomy and cohorts interfaces."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.vendors.amplitude.api import HOST, Amplitude, Credentials
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.vendor import Simulator, Vendor


def credentials(settings: Settings) -> Credentials:
    """The project's keys that the simulated Amplitude accepts."""
    return Credentials(get_secret(settings, "amplitude_api_key"), get_secret(settings, "amplitude_secret_key"))


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at Amplitude's host."""
    return {HOST: Amplitude(catalogue, credentials(settings))}


VENDOR = Vendor("amplitude", (HOST,), build)
