"""The weather station on the roof."""

from __future__ import annotations

import httpx

from app.settings import Settings
from pipelines.probing import asked
from pipelines.sandbox.vendors.weather import api_key
from pipelines.source import Credential, Given, Source, Stream

ADDRESS = "https://api.weather.example"


def sandbox(settings: Settings) -> Given:
    """The key of the sandbox company's station."""
    return {"api_key": api_key(settings)}


def probe(given: Given, http: httpx.Client) -> str:
    """Whether the key opens the readings."""
    asked(http, "GET", f"{ADDRESS}/v1/readings", "The weather station", "the key api_key",
          headers={"X-Api-Key": given["api_key"]})
    return "a key that opens the readings"


SOURCE = Source(
    "weather",
    "Weather",
    ("tap-weather",),
    (
        Credential("api_key", "WEATHER_API_KEY", "The station's key, from its page Settings."),
        Credential("api_url", "WEATHER_ADDRESS", "Where the API is; mostly nothing to say.", False, ADDRESS),
    ),
    (Stream("readings", total="millimetres", newest="measured_at"),),
    sandbox,
    probe,
    cadence="daily",
)
