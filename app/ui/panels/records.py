"""Rows of a mart as a list to work with: the most urgent first, their number and sum by the certified metrics."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd

from app.dashboard import Records
from app.ui import format as f
from app.ui.dimension_words import heeded
from app.ui.panels.frame import Picture, empty
from app.ui.places import UNKNOWN, shown
from app.ui.reading import Reading, as_date, as_float, as_text, month_end, records
from app.ui.record_columns import LISTS, Field, RecordList
from app.ui.tables import Cell, Column, table

HALF_A_CENT = 0.005
DECIMALS = {"money": 0, "count": 0, "points": 1, "percent": 1}
FIRST_WORDS = "; "
"""What parts the reasons of a record; a phone shows the first one."""


def make(reading: Reading, panel: Records) -> Picture:
    """Reads and composes the panel. The title speaks of all rows, the table shows the first so many."""
    how = LISTS[panel.mart]
    if how.is_now and reading.is_past:
        return empty(how.subject, "This list stands as of now. Choose the newest month to see it.")
    kept, _ = heeded(reading.where, how.heeds)
    where = {**how.where, **kept} if how.is_now else {**how.where, **kept, "month": reading.closed}
    found = reading.table(panel.mart, where=where)
    if found is None:
        return empty(how.subject, how.refused)
    listed = in_order(found, how)
    month = reading.running if how.is_now else reading.closed
    known = {name: figure(reading, name, month, is_now=how.is_now) for name in how.figures}
    figures = {name: value for name, value in known.items() if value is not None}
    asked = tuple(dict.fromkeys((*panel.metrics, *how.figures)))
    if not listed:
        return nothing(reading, how, figures, month, asked)
    rows = [cells(row, how) for row in listed[: panel.most]]
    columns = tuple(Column(each.head, each.is_number, each.is_extra, each.kind == "prose") for each in how.fields)
    html = f'<div class="pl-worked">{table(columns, rows, caption=how.subject)}</div>'
    return Picture(how.title(figures, len(listed)), said(how, len(rows), len(listed)), corner(reading, how), asked,
                   html=html, month=month if asked[0] in known else None, value=known.get(asked[0]))  # fmt: skip


def figure(reading: Reading, name: str, month: date, *, is_now: bool) -> float | None:
    """A certified figure of the month that the list speaks of, which is the running one of a list as of now."""
    return reading.series(name, 1, partial=is_now).get(month)


def nothing(
    reading: Reading, how: RecordList, figures: dict[str, float], month: date, asked: tuple[str, ...]
) -> Picture:
    """An empty list: there is nothing to do, or nobody can say."""
    if figures:
        return empty(how.title(figures, 0), how.nothing, asked)
    why = reading.why_null(how.figures[0], month) or "not known for this month"
    return empty(f"{how.subject}: {f.MISSING}", why[:1].upper() + why[1:] + ".", asked)


def corner(reading: Reading, how: RecordList) -> str:
    """When it closed; of a list as of now its day."""
    if how.is_now:
        return f"As of {f.day(reading.as_of.astimezone(reading.zone).date())}"
    return f"Closed {f.day(month_end(reading.closed))}"


def said(how: RecordList, count: int, known: int) -> str:
    """The order, and how many of how many are shown where not all are."""
    return f"{f.number(count)} of {f.number(known)} shown. {how.order_words}" if count < known else how.order_words


def in_order(found: pd.DataFrame, how: RecordList) -> list[dict[str, Any]]:
    """The records of the list, most urgent first; two of one name carry their id behind it."""
    name = how.fields[0].column
    known = found.assign(**{how.key: found[how.key].astype(str)})
    known[name] = known[name].where(known[name].notna(), known[how.key]).astype(str)
    if how.sums:
        known = summed(known, how)
    if how.only_above_zero:
        known = known[known[how.only_above_zero] >= HALF_A_CENT]
    ids_of = known.groupby(name)[how.key].nunique()
    made = [
        {**row, name: row[name] if ids_of[row[name]] == 1 else f"{row[name]} ({row[how.key]})"}
        for row in records(known)
    ]
    return sorted(made, key=lambda row: (*(urgency(row, column) for column in how.order), row[name], row[how.key]))


def summed(known: pd.DataFrame, how: RecordList) -> pd.DataFrame:
    """One row for each record, its rows added up. Those that hold nothing of it, such as credits, are left out."""
    kept = known[known[how.only_above_zero] >= HALF_A_CENT] if how.only_above_zero else known
    firsts = [each.column for each in how.fields if each.column not in (*how.sums, *how.most)]
    how_to = {**dict.fromkeys(firsts, "first"), **dict.fromkeys(how.sums, "sum"), **dict.fromkeys(how.most, "max")}
    return kept.groupby(how.key, as_index=False).agg(how_to)


def urgency(row: dict[str, Any], column: str) -> float:
    """What a row is sorted by: the largest first where the column's name begins with a minus, unknown ones last."""
    value = as_float(row[column.removeprefix("-")])
    if value is None:
        return float("inf")
    return -value if column.startswith("-") else value


def cells(row: dict[str, Any], how: RecordList) -> Sequence[Cell | str]:
    """A record's cells; below its name a phone shows the first words of what it has no column for."""
    first, *others = how.fields
    below = as_text(row[how.below]).split(FIRST_WORDS)[0] if how.below else ""
    return (Cell(printed(row, first), below=below), *(printed(row, each) for each in others))


def printed(row: dict[str, Any], each: Field) -> str:
    """A value as people read it; what is missing says so."""
    value = row[each.column]
    if each.is_number:
        known = as_float(value)
        factor = 100 if each.kind == "percent" else 1
        return f.MISSING if known is None else f.number(known * factor, DECIMALS[each.kind])
    text = as_text(value)
    if not text:
        return UNKNOWN
    if each.kind == "day":
        return f.short_date(as_date(value))
    return shown("country", text) if each.kind == "country" else text
