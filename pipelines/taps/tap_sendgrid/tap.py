"""The tap: its settings and its streams."""

from __future__ import annotations

from singer_sdk import Stream, Tap
from singer_sdk import typing as th

from .contacts import Contacts, Lists
from .mail import MailDays
from .sends import SingleSendDays, SingleSends, SingleSendStats
from .suppressions import (
    Blocks,
    Bounces,
    GroupSuppressions,
    InvalidEmails,
    SpamReports,
    SuppressionGroups,
    Unsubscribes,
)

STREAMS: tuple[type[Stream], ...] = (
    SingleSends, SingleSendStats, SingleSendDays, Lists, Contacts, Bounces, Blocks, SpamReports, InvalidEmails,
    Unsubscribes, SuppressionGroups, GroupSuppressions, MailDays,
)


class TapSendgrid(Tap):
    """Reads Marketing Campaigns, suppressions and mail statistics of one SendGrid account."""

    name = "tap-sendgrid"
    config_jsonschema = th.PropertiesList(
        th.Property("api_key", th.StringType, required=True, secret=True, description="An API key that only reads."),
        th.Property(
            "api_url", th.StringType, default="https://api.sendgrid.com",
            description="Where the API is; https://api.eu.sendgrid.com for an account in the EU.",
        ),
        th.Property("start_date", th.DateTimeType, required=True, description="Since when to load."),
        th.Property(
            "stats_days", th.IntegerType, default=30,
            description="How many days back figures of days, and of single sends, are read again.",
        ),
        th.Property(
            "export_minutes", th.IntegerType, default=30, description="How long to wait for the export of contacts."
        ),
    ).to_dict()

    def discover_streams(self) -> list[Stream]:
        return [stream(self) for stream in STREAMS]
