"""Fills the raw tables from what the sandbox's vendors hold, in the shape the loaders give them, without a load."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import datetime
from typing import Any

import orjson
import psycopg2
from psycopg2.extensions import connection

from app.secrets import warehouse_url
from app.settings import Settings
from pipelines.sandbox.store import open_store
from pipelines.sources import all_sources
from pipelines.verify import Difference, VerifyReport
from tests.models.raw_tables import FILES, FLAG, INSTANT, NUMBER, TEXT, fill, fill_stripe
from tests.verify.marketing_tables import fill_marketing
from tests.verify.product_tables import fill_product
from tests.verify.sendgrid_tables import fill_sendgrid
from tests.verify.zendesk_tables import fill_zendesk

DAYS = ("CloseDate", "ConvertedDate", "Contract_Start__c", "StartDate")
MARKETING = ("ga4", "google_ads", "facebook", "hubspot")
PRODUCT = ("mixpanel", "amplitude")
FILLED = ("stripe", "salesforce", "production", "sendgrid", *PRODUCT, *MARKETING, "zendesk", "files")
ANY_TYPE = {"OldValue": TEXT, "NewValue": TEXT}


def fill_raw_tables(settings: Settings, as_of: datetime) -> None:
    """Every source that the models read."""
    address = warehouse_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database:
        fill_stripe(database, _objects(settings, "stripe"), extracted_at=as_of)
        for vendor in ("salesforce", "production"):
            for kind, rows in _objects(settings, vendor).items():
                columns = _columns(rows) | (ANY_TYPE if kind == "OpportunityFieldHistory" else {})
                fill(database, f"raw_{vendor}", kind, columns, rows)
        fill_sendgrid(database, settings)
        fill_zendesk(database, settings)
        mixpanel, amplitude = (list(_events(settings, vendor)) for vendor in PRODUCT)
        fill_product(database, (body for _, body in mixpanel), amplitude, as_of)
        fill_marketing(database, *(_objects(settings, each) for each in MARKETING))
        for name, columns in FILES.items():
            with (settings.files / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                rows = [{key: value or None for key, value in row.items()} for row in csv.DictReader(file)]
            fill(database, "raw_files", name, columns, rows)


def spoil(settings: Settings, statement: str) -> None:
    """Runs a statement as the warehouse's admin."""
    address = warehouse_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database, database.cursor() as cursor:
        cursor.execute(statement)
        database.commit()


def empty_raw_tables(settings: Settings) -> None:
    """Drops what was filled and what was built from it."""
    address = warehouse_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database:
        for schema in (f"raw_{name}" for name in FILLED):
            _drop_tables(database, schema)
        database.commit()


def _drop_tables(database: connection, schema: str) -> None:
    with database.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = %s", (schema,))
        for (table,) in cursor.fetchall():
            cursor.execute(f'drop table {schema}."{table}" cascade')


def _objects(settings: Settings, vendor: str) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    with open_store(settings) as store:
        for kind, body in store.execute("select kind, body from object where vendor = ? and deleted = 0", (vendor,)):
            found.setdefault(kind, []).append(orjson.loads(body))
    return found


def _events(settings: Settings, vendor: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The events that the vendor holds, each with when it had it."""
    query = "select created, body from object where vendor = ? and kind = 'event' and deleted = 0"
    with open_store(settings) as store:
        for created, body in store.execute(query, (vendor,)):
            yield created, orjson.loads(body)


def _columns(rows: list[dict[str, Any]]) -> Mapping[str, str]:
    """The columns with the types that the taps' schemas give them."""
    known: dict[str, str] = {}
    for row in rows:
        for name, value in row.items():
            if name != "attributes" and (value is not None or name.endswith("_at")):
                known.setdefault(name, _type(name, value))
    return known


def _type(name: str, value: Any) -> str:
    if name in DAYS:
        return "date"
    if name.endswith(("Date", "Modstamp", "_at")):
        return INSTANT
    if isinstance(value, bool):
        return FLAG
    return NUMBER if isinstance(value, int) else "numeric" if isinstance(value, float) else TEXT


def of_figures(report: VerifyReport) -> list[Difference]:
    """What differs but for raw streams: here tables are filled without a load, and only those that models read.

    That every stream is what its source holds is held where taps load: tests/load/ and tests/cli/test_life.py.
    """
    return [each for each in report.differences if each.subject.partition(".")[0] not in all_sources()]
