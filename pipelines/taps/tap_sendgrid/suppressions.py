"""Who is not written to any more, and why."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from singer_sdk import typing as th

from .client import FullPages, SendgridStream

OVERLAP_SECONDS = 3600
"""A bounce may be noted some time after it happened: so much of what is loaded already is asked for again."""


def entry(*more: str) -> dict[str, Any]:
    """The schema of a list: when, who, and the texts that it has besides."""
    return th.PropertiesList(
        th.Property("created", th.IntegerType, required=True, description="Epoch seconds."),
        th.Property("email", th.StringType, required=True),
        *(th.Property(name, th.StringType) for name in more),
    ).to_dict()


class Suppressions(SendgridStream):
    """One of SendGrid's lists under /v3/suppression, by `created`.

    The list's end is fixed when a load begins, so that what is added meanwhile does not move the pages.
    """

    page_size = 500
    primary_keys = ("email", "created")
    replication_key = "created"
    def get_new_paginator(self) -> FullPages:
        self._ends = int(time.time())
        return FullPages(start_value=0, page_size=self.page_size)

    def get_url_params(self, context: Mapping[str, Any] | None, next_page_token: int | None) -> dict[str, Any]:
        return {
            "start_time": self._begins(context), "end_time": self._ends, "limit": self.page_size,
            "offset": next_page_token or 0,
        }

    def _begins(self, context: Mapping[str, Any] | None) -> int:
        """The bookmark is in seconds; before there is one, the configured start is an instant in words."""
        known = self.get_starting_replication_key_value(context) or self.config["start_date"]
        if isinstance(known, str) and not known.isdigit():
            return int(datetime.fromisoformat(known).timestamp())
        return int(known) - OVERLAP_SECONDS


class Bounces(Suppressions):
    """Addresses that refused a mail for good."""

    name = "bounces"
    path = "/v3/suppression/bounces"
    schema = entry("reason", "status")


class Blocks(Suppressions):
    """Mails that were refused for now: the address is written to again."""

    name = "blocks"
    path = "/v3/suppression/blocks"
    schema = entry("reason", "status")


class SpamReports(Suppressions):
    """People who called a mail spam."""

    name = "spam_reports"
    path = "/v3/suppression/spam_reports"
    schema = entry("ip")


class InvalidEmails(Suppressions):
    """Addresses that cannot be."""

    name = "invalid_emails"
    path = "/v3/suppression/invalid_emails"
    schema = entry("reason")


class Unsubscribes(Suppressions):
    """People who want no mail at all."""

    name = "unsubscribes"
    path = "/v3/suppression/unsubscribes"
    schema = entry()


class SuppressionGroups(SendgridStream):
    """The kinds of mail that one can leave; read whole."""

    name = "suppression_groups"
    path = "/v3/asm/groups"
    primary_keys = ("id",)
    schema = th.PropertiesList(
        th.Property("id", th.IntegerType, required=True),
        th.Property("name", th.StringType),
        th.Property("description", th.StringType),
        th.Property("is_default", th.BooleanType),
        th.Property("unsubscribes", th.IntegerType),
    ).to_dict()

    def get_new_paginator(self) -> None:
        """All come at once."""


class GroupSuppressions(SendgridStream):
    """People who left one kind of mail; read whole, since the API cannot filter it."""

    name = "group_suppressions"
    path = "/v3/asm/suppressions"
    primary_keys = ("email", "group_id")
    schema = th.PropertiesList(
        th.Property("email", th.StringType, required=True),
        th.Property("group_id", th.IntegerType, required=True),
        th.Property("group_name", th.StringType),
        th.Property("created_at", th.IntegerType, description="Epoch seconds."),
    ).to_dict()

    def get_new_paginator(self) -> None:
        """All come at once."""
