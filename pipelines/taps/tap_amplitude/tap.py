"""The tap: its settings and its streams."""

from __future__ import annotations

from singer_sdk import Stream, Tap
from singer_sdk import typing as th

from .streams import Cohorts, Events, EventTypes

STREAMS: tuple[type[Stream], ...] = (Events, EventTypes, Cohorts)


class TapAmplitude(Tap):
    """Reads one project of Amplitude by its Export, Taxonomy and Behavioral Cohorts APIs."""

    name = "tap-amplitude"
    config_jsonschema = th.PropertiesList(
        th.Property("api_key", th.StringType, required=True, secret=True, description="The project's API key."),
        th.Property("secret_key", th.StringType, required=True, secret=True, description="The project's secret key."),
        th.Property(
            "api_url", th.StringType, default="https://amplitude.com",
            description="Where the project is; https://analytics.eu.amplitude.com for data in the EU.",
        ),
        th.Property("start_date", th.DateTimeType, required=True, description="Since when to load, by upload."),
        th.Property(
            "chunk_hours", th.IntegerType, default=24,
            description="Hours in one request: a divisor of 24, or a multiple of it.",
        ),
        th.Property(
            "lag_hours", th.IntegerType, default=2,
            description="How long after its end Amplitude has an hour ready.",
        ),
        th.Property(
            "overlap_hours", th.IntegerType, default=3,
            description="How many hours before the newest event that is loaded a load begins.",
        ),
    ).to_dict()

    def discover_streams(self) -> list[Stream]:
        return [stream(self) for stream in STREAMS]
