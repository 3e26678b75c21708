"""A table as CSV: UTF-8, one header line in words, ISO dates, plain numbers, nothing where nothing is known. Pure."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from app.export.table import Table
from app.ui.format import as_utc

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""How a text begins that a spreadsheet would run or tear apart."""


def csv_file(table: Table, zone: ZoneInfo) -> bytes:
    """The file's bytes, with the mark by which spreadsheets know UTF-8.

    Args:
        table: what it holds.
        zone: the reporting time zone, in which instants are written with their offset.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(field.head) for field in table.fields])
    writer.writerows([written(value, zone) for value in row] for row in table.rows)
    return text.getvalue().encode("utf-8-sig", "replace")


def written(value: Any, zone: ZoneInfo) -> str:
    """One cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return f"{Decimal(repr(value)):f}"
    if isinstance(value, datetime):
        return as_utc(value).astimezone(zone).isoformat(timespec="seconds")
    if isinstance(value, date | int):
        return str(value)
    return harmless(str(value))


def harmless(text: str) -> str:
    """A text that no spreadsheet runs: one that begins as a formula does stands behind an apostrophe."""
    return f"'{text}" if text.lstrip(" ")[:1] in RUNS and text else text
