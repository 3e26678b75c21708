"""The tap and what it wants to know."""

from __future__ import annotations

from typing import Any

from singer_sdk import Stream, Tap
from singer_sdk import typing as th

from .streams import STREAMS


class TapPlumblineZendesk(Tap):
    """Reads Zendesk Support by its incremental exports."""

    name = "tap-plumbline-zendesk"
    config_jsonschema = th.PropertiesList(
        th.Property("subdomain", th.StringType, required=True, description="The company's, of subdomain.zendesk.com."),
        th.Property("email", th.StringType, description="Address of the administrator whose API token is used."),
        th.Property("api_token", th.StringType, secret=True, description="That API token."),
        th.Property("access_token", th.StringType, secret=True, description="An OAuth token with the scope read."),
        th.Property("start_date", th.DateTimeType, required=True, description="Since when to read on the first run."),
        th.Property("api_url", th.StringType, description="Another address that answers in Zendesk's place."),
    ).to_dict()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not (self.config.get("access_token") or (self.config.get("email") and self.config.get("api_token"))):
            self.logger.critical(
                "tap-plumbline-zendesk has no credentials: neither access_token, nor email and api_token. Expected one "
                "of them. Set them and run again."
            )
            raise SystemExit(1)

    def discover_streams(self) -> list[Stream]:
        return [stream(self) for stream in STREAMS]
