"""How Zendesk is asked: who we are, and its three ways of paging."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import requests
from singer_sdk.authenticators import BasicAuthenticator, BearerTokenAuthenticator
from singer_sdk.pagination import BaseAPIPaginator
from tap_http.patience import PatientStream

EXPORTED, LISTED = 1000, 100
"""The largest pages of an export and of a list."""
OVERLAP_SECONDS = 60
"""Exports show nothing of the last minute and refuse to begin in it. A bookmark is never younger than that by Zendesk's
clock, whatever ours says; so much before it is read again, to stay clear of the border.
"""


class ZendeskStream(PatientStream):
    """A resource of the API; `collection` is the name under which its page holds the records."""

    primary_keys = ("id",)
    collection: str

    @property
    def url_base(self) -> str:
        """The company's host, or another that answers in its place."""
        return str(self.config.get("api_url") or f"https://{self.config['subdomain']}.zendesk.com").rstrip("/")

    @property
    def authenticator(self) -> Any:
        """An OAuth token where there is one, else an API token in the place of a password."""
        if self.config.get("access_token"):
            return BearerTokenAuthenticator(token=self.config["access_token"])
        return BasicAuthenticator(username=f"{self.config['email']}/token", password=self.config["api_token"])

    def parse_response(self, response: requests.Response) -> Iterable[dict[str, Any]]:
        yield from response.json()[self.collection]

    def begins(self, context: Any) -> int:
        """The epoch second to read from: the bookmark, which is read again, or the configured start."""
        found = self.get_starting_replication_key_value(context) or self.config["start_date"]
        if isinstance(found, int):
            return found
        return int(datetime.fromisoformat(str(found)).timestamp())

    def post_process(self, row: dict[str, Any], context: Any = None) -> dict[str, Any]:
        """The channel it came by stands in a column of its own."""
        if isinstance(row.get("via"), dict):
            row["channel"] = row["via"].get("channel")
        return row


class _Exported(ZendeskStream):
    """An incremental export; what comes is in the order of its change, so that a broken run is gone on with."""

    is_sorted = True
    check_sorted = False
    sideload = ""

    def _asked(self, context: Any) -> dict[str, Any]:
        begins = max(self.begins(context) - OVERLAP_SECONDS, 0)
        return {"start_time": begins, "per_page": EXPORTED, **({"include": self.sideload} if self.sideload else {})}


class CursorExport(_Exported):
    """An export whose pages end with a cursor."""

    def get_new_paginator(self) -> BaseAPIPaginator[Any]:
        def following(page: dict[str, Any], _: Any) -> Any:
            return None if page["end_of_stream"] else page["after_cursor"]

        return _Paginator(following)

    def get_url_params(self, context: Any, next_page_token: Any) -> dict[str, Any]:
        asked = self._asked(context)
        if next_page_token:
            del asked["start_time"]
            asked["cursor"] = next_page_token
        return asked


class TimeExport(_Exported):
    """An export whose pages end with a second, with which the next page begins again."""

    def get_new_paginator(self) -> BaseAPIPaginator[Any]:
        def following(page: dict[str, Any], last: Any) -> Any:
            is_end = page.get("end_of_stream", page["count"] < EXPORTED)
            return None if is_end or page["end_time"] == last else page["end_time"]

        return _Paginator(following)

    def get_url_params(self, context: Any, next_page_token: Any) -> dict[str, Any]:
        return self._asked(context) | ({"start_time": next_page_token} if next_page_token else {})

    def request_records(self, context: Any) -> Iterable[dict[str, Any]]:
        """Every record once, though the last second of a page comes again with the next."""
        before: set[Any] = set()
        now: set[Any] = set()
        for record in super().request_records(context):
            if record["id"] in now or record["id"] in before:
                continue
            if len(now) >= EXPORTED:
                before, now = now, set()
            now.add(record["id"])
            yield record


class Listed(ZendeskStream):
    """A plain list, by cursor and in no order that could be relied on: the bookmark moves when all has come."""

    def get_new_paginator(self) -> BaseAPIPaginator[Any]:
        def following(page: dict[str, Any], _: Any) -> Any:
            return page["meta"]["after_cursor"] if page["meta"]["has_more"] else None

        return _Paginator(following)

    def get_url_params(self, context: Any, next_page_token: Any) -> dict[str, Any]:
        return {"page[size]": LISTED, **({"page[after]": next_page_token} if next_page_token else {})}


class _Paginator(BaseAPIPaginator[Any]):
    """Asks the page and the token that it was asked with for the next token; None: it was the last page."""

    def __init__(self, following: Callable[[dict[str, Any], Any], Any]) -> None:
        super().__init__(None)
        self._following = following

    def get_next(self, response: requests.Response) -> Any:
        return self._following(response.json(), self.current_value)
