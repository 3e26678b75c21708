"""What all streams of SendGrid share: the key, the pages, and how long to wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from urllib.parse import parse_qs, urlparse

import requests
from singer_sdk.authenticators import BearerTokenAuthenticator
from singer_sdk.pagination import BaseAPIPaginator, OffsetPaginator
from tap_http.patience import PatientStream, until


class PageTokens(BaseAPIPaginator[str | None]):
    """Follows `_metadata.next` by its page_token alone: whatever host the answer names, the key goes to `api_url`."""

    def __init__(self) -> None:
        super().__init__(None)

    def continue_if_empty(self, response: requests.Response) -> bool:
        """Only the address of the next page tells whether there is one."""
        return True

    def get_next(self, response: requests.Response) -> str | None:
        onward = (response.json().get("_metadata") or {}).get("next") or ""
        return parse_qs(urlparse(onward).query).get("page_token", [None])[0]


class FullPages(OffsetPaginator):
    """Goes on as long as pages are full."""

    def has_more(self, response: requests.Response) -> bool:
        return len(response.json()) >= self._page_size


class SendgridStream(PatientStream):
    """A stream at `api_url`, asked with the API key."""

    page_size: int = 100

    @property
    def url_base(self) -> str:
        """Where the API is: api.sendgrid.com, or api.eu.sendgrid.com for what is kept in the EU."""
        return str(self.config["api_url"]).rstrip("/")

    @cached_property
    def authenticator(self) -> BearerTokenAuthenticator:
        """The key, as a bearer token."""
        return BearerTokenAuthenticator(token=self.config["api_key"])

    def seconds_asked(self, response: requests.Response) -> float | None:
        """By Retry-After, or until the instant at which the refresh period ends."""
        reset = response.headers.get("X-RateLimit-Reset", "")
        said: float | None = super().seconds_asked(response)
        if said is None and response.status_code == requests.codes.too_many_requests and reset.isdigit():
            return float(until(float(reset)))
        return said

    def first_day(self, context: Mapping[str, Any] | None) -> datetime:
        """From when on figures of days are asked for: `stats_days` before the newest day that is loaded."""
        known = self.get_starting_replication_key_value(context)
        has_loaded = "replication_key_value" in self.get_context_state(context)
        begun = datetime.fromisoformat(str(known or self.config["start_date"]))
        return (begun - timedelta(days=self.config["stats_days"] if has_loaded else 0)).replace(tzinfo=UTC)


class MarketingStream(SendgridStream):
    """A listing of Marketing Campaigns: `page_size`, `page_token`."""

    records_jsonpath = "$.result[*]"

    def get_new_paginator(self) -> PageTokens:
        return PageTokens()

    def get_url_params(self, context: Mapping[str, Any] | None, next_page_token: str | None) -> dict[str, Any]:
        return {"page_size": self.page_size} | ({"page_token": next_page_token} if next_page_token else {})
