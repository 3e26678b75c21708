"""The tap: the readings of the weather station, in the order in which they were taken."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import requests
from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import APIKeyAuthenticator
from singer_sdk.pagination import BaseAPIPaginator
from tap_http.patience import PatientStream


class LastSeen(BaseAPIPaginator[str | None]):
    """The next page comes after the last reading of this one."""

    def __init__(self) -> None:
        super().__init__(None)

    def has_more(self, response: requests.Response) -> bool:
        return bool(response.json()["has_more"])

    def get_next(self, response: requests.Response) -> str:
        return str(response.json()["readings"][-1]["id"])


class Readings(PatientStream):
    """One reading a day, by its day; those that were loaded are not asked for again."""

    name = "readings"
    path = "/v1/readings"
    primary_keys = ("id",)
    replication_key = "id"
    is_sorted = True
    records_jsonpath = "$.readings[*]"
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True),
        th.Property("measured_at", th.DateTimeType),
        th.Property("millimetres", th.IntegerType),
    ).to_dict()

    @property
    def url_base(self) -> str:
        return str(self.config["api_url"])

    @cached_property
    def authenticator(self) -> APIKeyAuthenticator:
        return APIKeyAuthenticator(key="X-Api-Key", value=self.config["api_key"], location="header")

    def get_new_paginator(self) -> LastSeen:
        return LastSeen()

    def get_url_params(self, context: Mapping[str, Any] | None, next_page_token: str | None) -> dict[str, Any]:
        return {"after": next_page_token or self.get_starting_replication_key_value(context) or ""}


class TapWeather(Tap):
    """Reads one weather station."""

    name = "tap-weather"
    config_jsonschema = th.PropertiesList(
        th.Property("api_key", th.StringType, required=True, secret=True, description="The station's key."),
        th.Property("api_url", th.StringType, default="https://api.weather.example", description="Where the API is."),
    ).to_dict()

    def discover_streams(self) -> list[Stream]:
        return [Readings(self)]
