"""Mixpanel: raw event export, and the query interface's profiles."""

from __future__ import annotations

from collections.abc import Mapping

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.mixpanel.api import EXPORT_HOST, QUERY_HOST, Mixpanel
from pipelines.sandbox.vendors.vendor import Simulator, Vendor


def api_secret(settings: Settings) -> str:
    """The project's secret that the simulated Mixpanel accepts."""
    return get_secret(settings, "mixpanel_api_secret")


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at both hosts: one project, with one set of limits."""
    mixpanel = Mixpanel(catalogue, api_secret(settings))
    return {QUERY_HOST: mixpanel, EXPORT_HOST: mixpanel}


VENDOR = Vendor("mixpanel", (QUERY_HOST, EXPORT_HOST), build)
