"""Fills Mixpanel's and Amplitude's raw tables with what the sandbox's vendors would export, as the loader leaves it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from psycopg2.extensions import connection

from pipelines.sandbox.company.amplitude import ready
from tests.models.raw_tables import INSTANT, JSON, TEXT, fill

MIXPANEL = {
    "event": TEXT, "distinct_id": TEXT, "time": INSTANT, "mp_reserved_insert_id": TEXT, "mp_processing_time_ms": TEXT,
    "account_id": TEXT, "features": TEXT, "duration_seconds": TEXT, "mp_reserved_browser": TEXT,
    "mp_reserved_os": TEXT, "user_agent": TEXT,
}  # fmt: skip
AMPLITUDE = {
    "uuid": TEXT, "event_type": TEXT, "user_id": TEXT, "event_time": INSTANT, "server_upload_time": INSTANT,
    "platform": TEXT, "os_name": TEXT, "country": TEXT, "event_properties": JSON, "user_properties": JSON,
}  # fmt: skip


def fill_product(
    database: connection, mixpanel: Iterable[Mapping[str, Any]], amplitude: Iterable[tuple[int, Mapping[str, Any]]],
    as_of: datetime,
) -> None:  # fmt: skip
    """One table of events for each of the two.

    Args:
        database: a connection that may write both schemas.
        mixpanel: bodies of its events.
        amplitude: bodies of its events, each with the second of its upload; those it has not ready yet are left out.
        as_of: when the taps looked.
    """
    fill(database, "raw_mixpanel", "export", MIXPANEL, _mixpanel(mixpanel))
    now = int(as_of.timestamp())
    fill(database, "raw_amplitude", "events", AMPLITUDE,
         (_amplitude(body) for uploaded, body in amplitude if ready(uploaded, now)))  # fmt: skip


def _mixpanel(bodies: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """tap-mixpanel flattens the properties, and the loader's schema makes texts of them."""
    for body in bodies:
        told = body["properties"]
        flat = {name.replace("$", "mp_reserved_"): value for name, value in told.items()}
        texts = {name: str(flat[name]) for name, type_ in MIXPANEL.items() if type_ == TEXT and _is_there(flat, name)}
        yield {**texts, "event": body["event"], "time": _instant(told["time"])}


def _is_there(flat: Mapping[str, Any], name: str) -> bool:
    return flat.get(name) is not None


def _amplitude(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: json.dumps(body[name]) if type_ == JSON else body[name] for name, type_ in AMPLITUDE.items()}


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None).isoformat(sep=" ")
