"""Rows of marts as tables in words: the lists that people work with as they are drawn, all rows of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from app.dashboard import Alerts, Listing, Movements, Panel, Records
from app.export.figures import words
from app.export.table import Field, Kind, Table, is_name, kind_of, plain
from app.ui.kept import Kept, Rows
from app.ui.panels import alerts, listing, movements
from app.ui.panels import records as record_list
from app.ui.places import UNKNOWN, shown
from app.ui.reading import Reading, as_date, records
from app.ui.record_columns import LISTS
from app.ui.record_columns import Field as ListField

TARGETS = "mart_executive.targets_monthly"
FORECAST = "mart_executive.forecast"
BANDS = (("ds", "Day"), ("yhat", "Expected"), ("lo80", "8 in 10 outcomes, from"), ("hi80", "8 in 10 outcomes, to"),
         ("lo50", "5 in 10 outcomes, from"), ("hi50", "5 in 10 outcomes, to"))  # fmt: skip
UNITS = {"money": "usd", "count": "count", "points": "points", "percent": "ratio"}
ENDINGS = (("_usd", "usd"), ("_ratio", "ratio"), ("_count", "count"), ("_days", "days"), ("_hours", "hours"))
MOVED = (Field("Customer", is_name=True), Field("Customer id", is_name=True), Field("Country"), Field("Movement"),
         Field("Opening, US dollars", "number", "usd"), Field("Change, US dollars", "number", "usd"),
         Field("Closing, US dollars", "number", "usd"))  # fmt: skip
RAISED = (Field("Urgency"), Field("What happened"), Field("Kind"), Field("Day", "day"), Field("Raised", "instant"))


def tables(panel: Panel, kept: Kept, reading: Reading) -> list[Table]:
    """What a panel read of marts beside its answers, the list that it shows first."""
    return [made for rows in kept.rows if (made := table(panel, rows, reading)) is not None and made.rows]


def table(panel: Panel, rows: Rows, reading: Reading) -> Table | None:
    """Rows of one mart; None for those that stand in another table, such as targets beside their figures."""
    if rows.mart == TARGETS or rows.frame.empty:
        return None
    if rows.mart == FORECAST:
        return foretold(rows.frame, getattr(panel, "factor", 1))
    if isinstance(panel, Movements):
        return moved(rows.frame)
    if isinstance(panel, Records):
        return listed(panel, rows.frame)
    if isinstance(panel, Listing):
        return operated(panel, rows.frame, reading)
    if isinstance(panel, Alerts):
        return raised(rows.frame)
    return as_it_is(rows)


def foretold(frame: pd.DataFrame, factor: int) -> Table:
    """A forecast day by day with its bands, brought to what the chart shows."""
    fields = tuple(Field(head, "day" if name == "ds" else "number", "" if name == "ds" else "usd")
                   for name, head in BANDS)  # fmt: skip
    rows = (
        (as_date(row["ds"]), *(None if (value := plain(row[name])) is None else round(float(value) * factor, 2)
                               for name, _ in BANDS[1:]))
        for row in records(frame)
    )  # fmt: skip
    return Table("Forecast", fields, tuple(rows))


def moved(frame: pd.DataFrame) -> Table:
    """Every movement of the month, largest first."""
    rows = (
        (row["name"], row["customer_id"], shown("country", str(row["country"] or "")) or UNKNOWN,
         words(row["movement"]), *(float(row[name]) for name in ("opening", "change", "closing")))
        for row in movements.amounts(frame)
    )  # fmt: skip
    return Table("Movements by customer", MOVED, tuple(rows))


def listed(panel: Records, frame: pd.DataFrame) -> Table:
    """Every record of a list in its order, with the id by which its source knows it."""
    how = LISTS[panel.mart]
    fields = (
        *(Field(each.head.replace(", %", ", ratio"), _kind(each), UNITS.get(each.kind, ""), is_name(each.column))
          for each in how.fields),
        Field(words(how.key), is_name=True),
    )  # fmt: skip
    rows = (
        (*(_worth(row[each.column], each.kind) for each in how.fields), str(row[how.key]))
        for row in record_list.in_order(frame, how)
    )
    return Table(how.subject, fields, tuple(rows))


def _kind(each: ListField) -> Kind:
    return "number" if each.is_number else "day" if each.kind == "day" else "text"


def _worth(value: Any, kind: str) -> Any:
    found = plain(value)
    if kind == "country" and found:
        return shown("country", str(found))
    if kind == "day" and isinstance(found, datetime):
        return found.date()
    return found


def operated(panel: Listing, frame: pd.DataFrame, reading: Reading) -> Table | None:
    """An operational list: numbers and times as they are, the rest in the words of the page."""
    _, how = listing.LISTS[panel.kind]
    rows = listing.ordered(panel.kind, frame, reading.now)
    if not rows:
        return None
    visible = [each for each in how if each[1] in rows[0]]
    made, fields = [], []
    for column, name, show in visible:
        raw = [plain(row.get(name)) for row in rows]
        kind = kind_of(raw)
        told = [getattr(cell := show(row, reading), "text", cell) for row in rows] if kind == "text" else raw
        made.append([None if value in ("", "\u2013") else value for value in told])
        unit = "seconds" if column.head == "Took" else "count" if kind == "number" else ""
        head = f"{column.head}, seconds" if unit == "seconds" else column.head
        fields.append(Field(head, kind, unit, is_name(name)))
    return Table(words(panel.kind), tuple(fields), tuple(zip(*made, strict=True)))


def raised(frame: pd.DataFrame) -> Table:
    """The open alerts, most urgent first."""
    rows = (
        (words(str(row["severity"])), row["headline"], words(str(row["kind"])),
         None if plain(row.get("subject_date")) is None else as_date(row["subject_date"]), plain(row["raised_at"]))
        for row in sorted(filter(alerts.is_open, records(frame)), key=alerts.urgency)
    )  # fmt: skip
    return Table("Alerts", RAISED, tuple(rows))


def as_it_is(rows: Rows) -> Table:
    """Rows of a mart that no list is known of: its columns in words, their units in the header."""
    columns = {str(name): [plain(value) for value in rows.frame[name]] for name in rows.frame.columns}
    fields = tuple(_field(name, values) for name, values in columns.items())
    return Table(words(rows.mart.partition(".")[2]), fields, tuple(zip(*columns.values(), strict=True)))


def _field(name: str, values: list[Any]) -> Field:
    kind = kind_of(values)
    ending, unit = next(((ending, unit) for ending, unit in ENDINGS if name.endswith(ending)), ("", ""))
    head = words(name.removesuffix(ending) if kind == "number" else name)
    named: Mapping[str, str] = {"usd": "US dollars"}
    return Field(f"{head}, {named.get(unit, unit)}" if unit and kind == "number" else head, kind,
                 unit if kind == "number" else "", is_name(name))  # fmt: skip
