"""What is asked of Google Ads, in its query language, and how an answer's row becomes a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

TYPES: Mapping[str, Mapping[str, object]] = {
    "text": {"type": ["string", "null"]},
    "whole": {"type": ["integer", "null"]},
    "number": {"type": ["number", "null"]},
    "flag": {"type": ["boolean", "null"]},
    "date": {"type": ["string", "null"], "format": "date"},
}


@dataclass(frozen=True)
class Column:
    """A column of a stream: its name, the field of the query language it holds, and a key of TYPES."""

    name: str
    field: str
    kind: str = "text"

    def read(self, row: Mapping[str, Any]) -> Any:
        """The value in a row of an answer; None where the row lacks it. Whole numbers come as text."""
        value: Any = row
        for part in self.field.split("."):
            value = value.get(_camel(part)) if isinstance(value, Mapping) else None
        return int(value) if self.kind == "whole" and value is not None else value


@dataclass(frozen=True)
class Report:
    """A stream: what it selects from which resource, and the columns that name a row.

    Attributes:
        is_daily: whether it comes by days (`segments.date`), and so by windows of them.
    """

    name: str
    resource: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    is_daily: bool = False

    @property
    def schema(self) -> Mapping[str, object]:
        """The stream's JSON schema."""
        return {"type": "object", "properties": {column.name: dict(TYPES[column.kind]) for column in self.columns}}

    def query(self, window: tuple[date, date] | None = None) -> str:
        """The query, for a daily report of the days of a window, both included."""
        text = f"SELECT {', '.join(column.field for column in self.columns)} FROM {self.resource}"
        if window is not None:
            text += f" WHERE segments.date BETWEEN '{window[0]}' AND '{window[1]}'"
        return text

    def record(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row of an answer as a record."""
        return {column.name: column.read(row) for column in self.columns}


def _camel(name: str) -> str:
    """`cost_micros` as JSON has it: `costMicros`."""
    return re.sub(r"_([a-z0-9])", lambda match: match[1].upper(), name)


CUSTOMER_ID = Column("customer_id", "customer.id")
REPORTS: tuple[Report, ...] = (
    Report(
        "customer", "customer",
        (CUSTOMER_ID, Column("descriptive_name", "customer.descriptive_name"),
         Column("currency_code", "customer.currency_code"), Column("time_zone", "customer.time_zone"),
         Column("is_manager", "customer.manager", "flag"), Column("status", "customer.status")),
        ("customer_id",),
    ),
    Report(
        "campaigns", "campaign",
        (CUSTOMER_ID, Column("campaign_id", "campaign.id"), Column("name", "campaign.name"),
         Column("status", "campaign.status"), Column("channel_type", "campaign.advertising_channel_type"),
         Column("start_date_time", "campaign.start_date_time"), Column("end_date_time", "campaign.end_date_time"),
         Column("final_url_suffix", "campaign.final_url_suffix"),
         Column("budget_amount_micros", "campaign_budget.amount_micros", "whole")),
        ("customer_id", "campaign_id"),
    ),
    Report(
        "ad_groups", "ad_group",
        (CUSTOMER_ID, Column("ad_group_id", "ad_group.id"), Column("campaign_id", "campaign.id"),
         Column("name", "ad_group.name"), Column("status", "ad_group.status"), Column("type", "ad_group.type")),
        ("customer_id", "ad_group_id"),
    ),
    Report(
        "campaign_days", "campaign",
        (CUSTOMER_ID, Column("campaign_id", "campaign.id"), Column("date", "segments.date", "date"),
         Column("impressions", "metrics.impressions", "whole"), Column("clicks", "metrics.clicks", "whole"),
         Column("cost_micros", "metrics.cost_micros", "whole"),
         Column("conversions", "metrics.conversions", "number"),
         Column("conversions_value", "metrics.conversions_value", "number")),
        ("customer_id", "campaign_id", "date"),
        is_daily=True,
    ),
)
