"""The streams: events by the hour of their upload, and two short listings."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, urlparse

import requests
from singer_sdk import typing as th
from singer_sdk.exceptions import FatalAPIError, RetriableAPIError
from tap_http.patience import PatientStream

from .archive import BrokenArchive, hours, opened

Record = dict[str, Any]
HOUR = timedelta(hours=1)
LONGEST = timedelta(days=365)
OBJECT = th.ObjectType(additional_properties=True)


class AmplitudeStream(PatientStream):
    """A stream at `api_url`, asked with the project's two keys."""

    @property
    def url_base(self) -> str:
        """Where the project is: amplitude.com, or analytics.eu.amplitude.com for what is kept in the EU."""
        return str(self.config["api_url"]).rstrip("/")

    @property
    def http_headers(self) -> dict[str, str]:
        """Basic authorisation: the API key is the user, the secret key the password."""
        pair = f"{self.config['api_key']}:{self.config['secret_key']}"
        return {**super().http_headers, "Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}

    def get_new_paginator(self) -> None:
        """One request has everything."""


class TooMuch(FatalAPIError):
    """An export that is larger than Amplitude sends, or takes longer than it waits: less time has to be asked for."""


class Events(AmplitudeStream):
    """Every event, by the time at which Amplitude got it: what a phone sends days later comes in its turn.

    One request spans `chunk_hours`; where that is too much, half of it, down to an hour. The newest `lag_hours` are
    left for the next load, since Amplitude has them ready two hours after an hour's end at the earliest; and each load
    begins `overlap_hours` before the newest event that is loaded.
    """

    name = "events"
    path = "/api/2/export"
    primary_keys = ("uuid",)
    replication_key = "server_upload_time"
    is_sorted = True
    check_sorted = False  # the overlap begins before the newest event that is loaded
    schema = th.PropertiesList(
        th.Property("uuid", th.StringType, required=True),
        th.Property("insert_id", th.StringType),
        th.Property("app", th.IntegerType, description="The project."),
        th.Property("event_id", th.IntegerType),
        th.Property("event_type", th.StringType),
        th.Property("event_time", th.DateTimeType, description="When it happened, corrected for the device's clock."),
        th.Property("client_event_time", th.DateTimeType),
        th.Property("client_upload_time", th.DateTimeType),
        th.Property("server_received_time", th.DateTimeType),
        th.Property("server_upload_time", th.DateTimeType, description="When Amplitude had it."),
        th.Property("processed_time", th.DateTimeType),
        th.Property("user_id", th.StringType),
        th.Property("device_id", th.StringType),
        th.Property("amplitude_id", th.IntegerType),
        th.Property("session_id", th.IntegerType),
        th.Property("platform", th.StringType),
        th.Property("os_name", th.StringType),
        th.Property("device_family", th.StringType),
        th.Property("country", th.StringType),
        th.Property("language", th.StringType),
        th.Property("library", th.StringType),
        th.Property("event_properties", OBJECT),
        th.Property("user_properties", OBJECT),
        th.Property("groups", OBJECT),
    ).to_dict()

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[Record]:
        """The events of all hours that are due, the oldest first."""
        for start, end in self._chunks(self._first_hour(context), self._last_hour()):
            for row in self._export(start, end):
                yield self._shaped(row)

    def _first_hour(self, context: Mapping[str, Any] | None) -> datetime:
        since: datetime = self.get_starting_timestamp(context) or _now()
        overlap: int = self.config["overlap_hours"] if "replication_key_value" in self.get_context_state(context) else 0
        return _hour_of(since) - overlap * HOUR

    def _last_hour(self) -> datetime:
        lag: int = self.config["lag_hours"]
        return _hour_of(_now()) - (1 + lag) * HOUR

    def _chunks(self, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Spans of hours, both ends included, whole days where a chunk is one."""
        span = min(self.config["chunk_hours"] * HOUR, LONGEST)
        while first <= last:
            midnight = first.replace(hour=0)
            end = midnight + (first - midnight) // span * span + span - HOUR
            yield first, min(end, last)
            first = end + HOUR

    def _export(self, start: datetime, end: datetime) -> Iterator[Record]:
        """The events of some hours; half of them at a time where all are too much."""
        try:
            yield from self.request_records({"start": f"{start:%Y%m%dT%H}", "end": f"{end:%Y%m%dT%H}"})
        except TooMuch as much:
            if start >= end:
                raise FatalAPIError(
                    f"Amplitude does not export the hour {start:%Y-%m-%d %H}:00 UTC: {much}. Expected an hour of at "
                    "most 4 GB. Let Amplitude export to a bucket instead."
                ) from None
            middle = start + (end - start) // HOUR // 2 * HOUR
            yield from self._export(start, middle)
            yield from self._export(middle + HOUR, end)

    def get_url_params(self, context: Mapping[str, Any] | None, next_page_token: Any) -> dict[str, Any]:
        return dict(context or {})

    def validate_response(self, response: requests.Response) -> None:
        """404 says that there is nothing; 400, or 504 to more than an hour, that there is too much of it."""
        if response.status_code == HTTPStatus.NOT_FOUND:
            return
        is_large = response.status_code == HTTPStatus.BAD_REQUEST and "4GB" in response.text.replace(" ", "")
        is_slow = response.status_code == HTTPStatus.GATEWAY_TIMEOUT and not _is_one_hour(response)
        if is_large or is_slow:
            raise TooMuch(f"{response.status_code} {response.text[:160]}")
        super().validate_response(response)
        try:
            opened(response.content)
        except BrokenArchive as broken:
            raise RetriableAPIError(
                f"The export is no whole archive: {broken}. Expected a zip of gzipped lines.", response
            ) from None

    def parse_response(self, response: requests.Response) -> Iterable[Record]:
        """The events of an answer, in the order of their upload."""
        if response.status_code == HTTPStatus.NOT_FOUND:
            return
        for events in hours(opened(response.content)):
            yield from events

    @staticmethod
    def _shaped(row: Record) -> Record:
        """Times are UTC without a zone; the id of the sender has a dollar sign."""
        times = {name: f"{value.replace(' ', 'T')}Z" for name, value in row.items() if name.endswith("_time") and value}
        return row | times | {"insert_id": row.get("$insert_id")}


class EventTypes(AmplitudeStream):
    """The taxonomy: what kinds of event there are, with their category. Not in every plan: without it there is none."""

    name = "event_types"
    path = "/api/2/taxonomy/event"
    records_jsonpath = "$.data[*]"
    primary_keys = ("event_type",)
    schema = th.PropertiesList(
        th.Property("event_type", th.StringType, required=True),
        th.Property("category", th.StringType),
        th.Property("description", th.StringType),
        th.Property("display_name", th.StringType),
        th.Property("is_active", th.BooleanType),
    ).to_dict()

    def validate_response(self, response: requests.Response) -> None:
        """Plans without the Taxonomy API answer 403."""
        if response.status_code != HTTPStatus.FORBIDDEN:
            super().validate_response(response)

    def parse_response(self, response: requests.Response) -> Iterable[Record]:
        if response.status_code == HTTPStatus.FORBIDDEN:
            self.logger.warning("This plan has no Taxonomy API: event types have no categories.")
            return ()
        found: Iterable[Record] = super().parse_response(response)
        return found

    def post_process(self, row: Record, context: Mapping[str, Any] | None = None) -> Record | None:
        return row | {"category": (row.get("category") or {}).get("name")}


class Cohorts(AmplitudeStream):
    """The saved cohorts, with their size when it was last worked out."""

    name = "cohorts"
    path = "/api/3/cohorts"
    records_jsonpath = "$.cohorts[*]"
    primary_keys = ("id",)
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True),
        th.Property("name", th.StringType),
        th.Property("description", th.StringType),
        th.Property("size", th.IntegerType),
        th.Property("archived", th.BooleanType),
        th.Property("published", th.BooleanType),
        th.Property("createdAt", th.IntegerType, description="Epoch seconds."),
        th.Property("lastComputed", th.IntegerType, description="Epoch seconds."),
        th.Property("lastMod", th.IntegerType, description="Epoch seconds."),
    ).to_dict()


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _hour_of(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _is_one_hour(response: requests.Response) -> bool:
    asked = parse_qs(urlparse(response.url).query)
    return asked.get("start") == asked.get("end")
