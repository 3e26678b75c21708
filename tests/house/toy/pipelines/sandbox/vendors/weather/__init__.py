"""The weather station's interface; README.md lists the statements of its manual that are followed."""

from __future__ import annotations

import hmac
from collections.abc import Mapping

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.secrets import get_secret
from app.settings import Settings
from pipelines.sandbox.vendors.catalogue import Catalogue
from pipelines.sandbox.vendors.faults import Fault
from pipelines.sandbox.vendors.vendor import Simulator, Vendor

HOST = "api.weather.example"
PAGE = 500


def api_key(settings: Settings) -> str:
    """The key that the simulated station accepts."""
    return get_secret(settings, "weather_key")


class Station:
    """Answers every path of the station's host."""

    def __init__(self, catalogue: Catalogue, key: str) -> None:
        self._catalogue = catalogue
        self._key = key

    async def answer(self, request: Request) -> Response:
        """The answer to any request, errors included."""
        if not hmac.compare_digest(request.headers.get("x-api-key", "").encode(), self._key.encode()):
            return JSONResponse({"error": "unknown key"}, 401)
        if request.url.path != "/v1/readings":
            return JSONResponse({"error": "not found"}, 404)
        found = self._catalogue.following("weather", "reading", request.query_params.get("after", ""), PAGE + 1)
        readings = [orjson.loads(body) for body in found[:PAGE]]
        return JSONResponse({"readings": readings, "has_more": len(found) > PAGE})

    def failed(self, fault: Fault) -> Response:
        """The station's words for what it cannot do."""
        return JSONResponse({"error": "try again"}, fault.status)


def build(settings: Settings, catalogue: Catalogue) -> Mapping[str, Simulator]:
    """Who answers at the station's host."""
    return {HOST: Station(catalogue, api_key(settings))}


VENDOR = Vendor("weather", (HOST,), build)
