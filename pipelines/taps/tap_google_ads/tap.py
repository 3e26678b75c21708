"""The tap: each stream is one query of Google Ads' query language, asked over REST by `searchStream`."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import requests
from singer_sdk import Stream, Tap
from singer_sdk import typing as th
from singer_sdk.authenticators import OAuthAuthenticator
from singer_sdk.pagination import BaseAPIPaginator
from singer_sdk.streams.rest import PageContext
from tap_http.patience import PatientStream

from .failures import reason, retry_delay
from .queries import REPORTS, Report
from .windows import Windows


class Login(OAuthAuthenticator):
    """Turns the refresh token into access tokens."""

    def __init__(self, *, refresh_token: str, **more: Any) -> None:
        super().__init__(**more)
        self._granted = refresh_token

    @property
    def oauth_request_body(self) -> dict[str, Any]:
        return {"grant_type": "refresh_token", "client_id": self.client_id, "client_secret": self.client_secret,
                "refresh_token": self._granted}  # fmt: skip


class ReportStream(PatientStream):
    """The rows of one report."""

    http_method = "POST"

    def __init__(self, tap: TapGoogleAds, report: Report) -> None:
        self.report = report
        super().__init__(tap, report.name, dict(report.schema), f"customers/{tap.customer_id}/googleAds:searchStream")
        self.primary_keys = list(report.key)
        if report.is_daily:
            self.replication_key = "date"

    @property
    def url_base(self) -> str:
        return f"{self.config['api_url'].rstrip('/')}/{self.config['api_version']}/"

    @property
    def authenticator(self) -> Login:
        return self._tap.login  # type: ignore[no-any-return]

    @property
    def http_headers(self) -> dict[str, str]:
        headers = {"developer-token": self.config["developer_token"]}
        if self.config.get("login_customer_id"):
            headers["login-customer-id"] = self.config["login_customer_id"].replace("-", "")
        return headers

    def get_http_request(self, *, page: PageContext[Any]) -> Any:
        request = super().get_http_request(page=page)
        request.data = {"query": self.report.query(page.next_page_token)}
        return request

    def get_new_paginator(self) -> BaseAPIPaginator[Any] | None:
        """For a daily report: from the bookmark, less the days that may still change, to the newest day on earth."""
        if not self.report.is_daily:
            return None
        first = date.fromisoformat(self.config["start_date"][:10])
        bookmark = self.get_starting_replication_key_value(None)
        if bookmark:
            first = max(first, date.fromisoformat(bookmark[:10]) - timedelta(days=self.config["look_back_days"]))
        return Windows(first, (datetime.fromtimestamp(time.time(), UTC) + timedelta(hours=14)).date())

    def parse_response(self, response: requests.Response) -> Iterable[dict[str, Any]]:
        for batch in response.json():
            for row in batch.get("results", ()):
                yield self.report.record(row)

    def response_error_message(self, response: requests.Response) -> str:
        return reason(response)

    def seconds_asked(self, response: requests.Response) -> float | None:
        """The quota error's `retryDelay`, else the header Retry-After."""
        told = retry_delay(response)
        return super().seconds_asked(response) if told is None else told


class TapGoogleAds(Tap):
    """Reads one Google Ads account."""

    name = "tap-google-ads"
    config_jsonschema = th.PropertiesList(
        th.Property("customer_id", th.StringType, required=True, description="The account's id, with hyphens or not."),
        th.Property("login_customer_id", th.StringType, description="The manager account through which it is reached."),
        th.Property("developer_token", th.StringType, required=True, secret=True,
                    description="Of a manager account."),
        th.Property("client_id", th.StringType, required=True, description="Of the OAuth client."),
        th.Property("client_secret", th.StringType, required=True, secret=True, description="Of the OAuth client."),
        th.Property("refresh_token", th.StringType, required=True, secret=True, description="Granted to that client."),
        th.Property("start_date", th.StringType, required=True, description="The first day to load."),
        th.Property("look_back_days", th.IntegerType, default=30,
                    description="Days before the bookmark that are read again: conversions come late."),
        th.Property("api_url", th.StringType, default="https://googleads.googleapis.com", description="Where to ask."),
        th.Property("api_version", th.StringType, default="v25", description="Of the Google Ads API."),
        th.Property("oauth_url", th.StringType, default="https://oauth2.googleapis.com/token",
                    description="Where access tokens are given."),
    ).to_dict()  # fmt: skip

    @property
    def customer_id(self) -> str:
        """The account's id without hyphens, as addresses have it."""
        return str(self.config["customer_id"]).replace("-", "")

    @cached_property
    def login(self) -> Login:
        """One login for all streams."""
        given = {name: self.config[name] for name in ("client_id", "client_secret", "refresh_token")}
        return Login(auth_endpoint=self.config["oauth_url"], **given)

    def discover_streams(self) -> list[Stream]:
        return [ReportStream(self, report) for report in REPORTS]
