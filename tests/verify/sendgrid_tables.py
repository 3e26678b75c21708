"""Fills SendGrid's raw tables with what our own tap tells of the sandbox's vendor, without Meltano and the loader."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from psycopg2.extensions import connection
from singer_sdk import Tap
from tap_sendgrid.tap import TapSendgrid

from app.settings import Settings
from pipelines.sandbox.times import BIRTH
from pipelines.sandbox.vendors.sendgrid.api import SendGrid
from pipelines.sandbox.vendors.server import open_catalogue
from tests.models.raw_tables import FLAG, INSTANT, JSON, NUMBER, TEXT, fill
from tests.taps.reading import Reading, read
from tests.taps.serving import serve

KEY = "SG.of.tests"
TYPES = {"integer": NUMBER, "boolean": FLAG, "object": JSON, "array": JSON}
FORMATS = {"date-time": INSTANT, "date": "date"}


def fill_sendgrid(database: connection, settings: Settings) -> None:
    """One table for each stream, its columns in the types of the stream's schema."""
    catalogue = open_catalogue(settings)
    with serve("sendgrid", lambda url: SendGrid(catalogue, KEY, files=url)) as served:
        config = {"api_key": KEY, "api_url": served.url, "start_date": BIRTH}
        found = read(TapSendgrid, config)
    catalogue.close()
    fill_told(database, "raw_sendgrid", TapSendgrid(config=config), found)


def fill_told(database: connection, schema: str, tap: Tap, found: Reading) -> None:
    """A table for each stream of a tap, with what it told."""
    for name, stream in tap.streams.items():
        columns = {column: _type(told) for column, told in stream.schema["properties"].items()}
        rows = [{key: _plain(value) for key, value in row.items()} for row in found.records[name]]
        fill(database, schema, name, columns, rows)


def _type(schema: Mapping[str, Any]) -> str:
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return FORMATS.get(schema.get("format", ""), next((TYPES[each] for each in types if each in TYPES), TEXT))


def _plain(value: Any) -> Any:
    return json.dumps(value) if isinstance(value, dict | list) else value
