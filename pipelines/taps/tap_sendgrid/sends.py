"""Single sends, and what came of them: in all, and day by day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

import requests
from singer_sdk import typing as th

from .client import MarketingStream

Record = dict[str, Any]
METRICS = (
    "requests", "delivered", "bounces", "bounce_drops", "invalid_emails", "spam_reports", "spam_report_drops",
    "opens", "unique_opens", "clicks", "unique_clicks", "unsubscribes",
)


def counts(names: Iterable[str]) -> list[th.Property[Any]]:
    """A property for each count."""
    return [th.Property(name, th.IntegerType) for name in names]


class SingleSends(MarketingStream):
    """Every single send that changed since the last load. The API lists all; those of before are passed over here."""

    name = "singlesends"
    path = "/v3/marketing/singlesends"
    primary_keys = ("id",)
    replication_key = "updated_at"
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True),
        th.Property("name", th.StringType),
        th.Property("status", th.StringType),
        th.Property("categories", th.ArrayType(th.StringType)),
        th.Property("is_abtest", th.BooleanType),
        th.Property("abtest", th.ObjectType(additional_properties=True)),
        th.Property("send_at", th.DateTimeType),
        th.Property("created_at", th.DateTimeType),
        th.Property("updated_at", th.DateTimeType),
    ).to_dict()

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[Record]:
        since = self.get_starting_timestamp(context)
        for send in self.every():
            if since is None or _instant(send["updated_at"]) >= since:
                yield send

    def every(self) -> Iterable[Record]:
        """All single sends there are."""
        yield from self.request_records(None)


class SingleSendStats(MarketingStream):
    """The figures of every single send from its sending until now; read whole, since they all may change."""

    name = "singlesend_stats"
    path = "/v3/marketing/stats/singlesends"
    page_size = 50
    records_jsonpath = "$.results[*]"
    primary_keys = ("id", "ab_variation", "ab_phase")
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True),
        th.Property("ab_variation", th.StringType, required=True),
        th.Property("ab_phase", th.StringType, required=True),
        *counts(METRICS),
    ).to_dict()

    def post_process(self, row: Record, context: Mapping[str, Any] | None = None) -> Record | None:
        return _flat(row, self.primary_keys)


class SingleSendDays(MarketingStream):
    """The figures of a single send on a day (UTC), by A/B variation and phase where it was a test.

    Figures of a day still grow for a while, and mails are opened weeks later: so each load asks again for the single
    sends of the last `stats_days` days. A day on which nothing happened has no row.
    """

    name = "singlesend_days"
    path = "/v3/marketing/stats/singlesends/{id}"
    page_size = 50
    records_jsonpath = "$.results[*]"
    primary_keys = ("id", "ab_variation", "ab_phase", "aggregation")
    replication_key = "aggregation"
    schema = th.PropertiesList(
        th.Property("id", th.StringType, required=True),
        th.Property("ab_variation", th.StringType, required=True),
        th.Property("ab_phase", th.StringType, required=True),
        th.Property("aggregation", th.DateType, required=True),
        *counts(METRICS),
    ).to_dict()

    @property
    def _sends(self) -> SingleSends:
        """The tap's own listing, whose connection is used on."""
        return cast(SingleSends, self._tap.streams[SingleSends.name])

    def get_records(self, context: Mapping[str, Any] | None) -> Iterable[Record]:
        since = self.first_day(context)
        for send in self._sends.every():
            sent = _instant(send["send_at"]) if send.get("send_at") else None
            if send["status"] == "triggered" and sent is not None and sent >= since:
                yield from self.request_records({"id": send["id"], "sent": sent, "is_abtest": send["is_abtest"]})

    def get_url_params(self, context: Mapping[str, Any] | None, next_page_token: str | None) -> dict[str, Any]:
        asked = super().get_url_params(context, next_page_token) | {"aggregated_by": "day", "timezone": "UTC"}
        if context:
            asked["start_date"] = f"{context['sent'].astimezone(UTC):%Y-%m-%d}"
            asked |= {"group_by": ["ab_variation", "ab_phase"]} if context["is_abtest"] else {}
        return asked

    def validate_response(self, response: requests.Response) -> None:
        """A single send that was deleted after it was listed has no figures."""
        if response.status_code != requests.codes.not_found:
            super().validate_response(response)

    def parse_response(self, response: requests.Response) -> Iterable[Record]:
        return () if response.status_code == requests.codes.not_found else super().parse_response(response)

    def post_process(self, row: Record, context: Mapping[str, Any] | None = None) -> Record | None:
        if not any(row["stats"].values()):
            return None
        return _flat(row, self.primary_keys)


def _flat(row: Record, keys: Iterable[str]) -> Record:
    """The keys and the figures side by side."""
    figures: Record = row["stats"]
    return {key: row[key] for key in keys} | figures


def _instant(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
