"""All mail of a day, whatever sent it: single sends, automations, and what the product sends by the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from singer_sdk import typing as th

from .client import FullPages, SendgridStream
from .sends import METRICS, Record, counts

ONLY_HERE = ("processed", "deferred", "blocks", "unsubscribe_drops")


class MailDays(SendgridStream):
    """The account's figures of each day; the last `stats_days` days are asked for again, since they still grow."""

    name = "mail_days"
    path = "/v3/stats"
    page_size = 500
    primary_keys = ("date",)
    replication_key = "date"
    schema = th.PropertiesList(
        th.Property("date", th.DateType, required=True), *counts((*METRICS, *ONLY_HERE))
    ).to_dict()

    def get_new_paginator(self) -> FullPages:
        return FullPages(start_value=0, page_size=self.page_size)

    def get_url_params(self, context: Mapping[str, Any] | None, next_page_token: int | None) -> dict[str, Any]:
        return {
            "aggregated_by": "day", "start_date": f"{self.first_day(context):%Y-%m-%d}", "limit": self.page_size,
            "offset": next_page_token or 0,
        }

    def post_process(self, row: Record, context: Mapping[str, Any] | None = None) -> Record | None:
        """A day without mail has no row."""
        figures = row["stats"][0]["metrics"] if row["stats"] else {}
        return {"date": row["date"]} | figures if any(figures.values()) else None
