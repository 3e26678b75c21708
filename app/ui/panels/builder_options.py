"""What is chosen of a report beside its fields: span, period, comparison, order, how many parts, totals, marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import partial
from typing import Any

import streamlit as st

from app.errors import ReportError
from app.question import COMPARISONS, GRAINS
from app.reports.choices import wrong
from app.reports.report import Report
from app.reports.shapes import RANKS
from app.ui import format as f
from app.ui.panels import report_acts as acts
from app.ui.panels.frame import plain
from app.ui.reading import Reading, month_end, shift

SPANS = (1, 3, 6, 12, 13, 24, 36, 60)
BETWEEN = 0
MOST_MONTHS = 60
SORTS = {"largest": "Largest first", "smallest": "Smallest first", "name": "In their own order"}
MARKS = {"none": "Plain", "bar": "A bar in each cell", "change": "Gain and loss"}
NONE = ""
"""Stands for no choice in a list: Streamlit takes None for a list that is still empty."""
TOPS = (3, 5, 10, 20)


def draw(reading: Reading, report: Report, today: date, key: str) -> None:
    """The options; each offers only what can be asked of the report as it stands."""
    grains = {grain: grain.capitalize() for grain in sorted(GRAINS, key=lambda each: (each != "month", each))}
    compare: dict[Any, str] = {NONE: "Nothing", **{name: name.replace("_", " ").capitalize() for name in COMPARISONS}}
    usual = "All" if report.kind in ("table", "pivot") else "As usual"
    tops: dict[Any, str] = {NONE: usual, **{n: f"Largest {n}" for n in TOPS}}
    with st.container(key=f"options_{key}", horizontal=True, vertical_alignment="bottom"):
        span(reading, report, key)
        pick("Period", grains, report, today, "grain", key)
        pick("Compared with", compare, report, today, "compare", key)
        if report.kind in RANKS and report.by:
            pick("Parts", tops, report, today, "top", key)
        if report.by and report.kind in ("table", "pivot", "bar", "line", "area"):
            pick("Order", SORTS, report, today, "sort", key)
        if report.kind in ("table", "pivot"):
            pick("Marks", MARKS, report, today, "mark", key)
        if report.by and report.kind in ("table", "pivot", "bar"):
            tick("Totals", report, key)


def pick(label: str, options: Mapping[Any, str], report: Report, today: date, field: str, key: str) -> None:
    """One option; where nothing else can be chosen it is grey, and says why."""
    why = {value: wrong(report.model_copy(update={field: value or None}), today) for value in options}
    now = getattr(report, field) or NONE
    can = [value for value in options if not why[value] or value == now]
    can = can if now in can else [now, *can]
    refused = next((reason for reason in why.values() if reason), "")
    widget = f"{key}_option_{field}"
    st.session_state[widget] = now
    st.selectbox(label, can, key=widget, format_func=lambda value: options.get(value, f"Largest {value}"), width=168,
                 disabled=len(can) < 2, help=plain(refused) if refused else None,
                 on_change=partial(put, report, field, widget))  # fmt: skip


def put(report: Report, field: str, widget: str) -> None:
    """Takes an option; what leans on it and means nothing any more goes with it."""
    changed(report, lambda: {field: st.session_state[widget] or None})


def changed(report: Report, fields: Callable[[], Mapping[str, Any]]) -> None:
    new = dict(fields())
    if new.get("compare", report.compare) is None and report.mark == "change":
        new["mark"] = "none"
    try:
        acts.put(report.changed(**new))
    except ReportError as error:
        st.session_state[acts.SHELF.said] = ("refused", str(error))


def tick(label: str, report: Report, key: str) -> None:
    widget = f"{key}_option_totals"
    st.session_state[widget] = report.totals
    st.checkbox(label, key=widget, on_change=partial(ticked, report, widget))


def ticked(report: Report, widget: str) -> None:
    changed(report, lambda: {"totals": bool(st.session_state[widget])})


def span(reading: Reading, report: Report, key: str) -> None:
    """The last so many months, or those between two."""
    is_between = report.since is not None or report.until is not None
    spans = sorted({*SPANS, report.last})
    words = {BETWEEN: "Between two months", **{n: "Last month" if n == 1 else f"Last {n} months" for n in spans}}
    widget, months = f"{key}_option_span", [shift(reading.closed, -back) for back in range(MOST_MONTHS)]
    st.session_state[widget] = BETWEEN if is_between else report.last
    st.selectbox("Span", [*spans, BETWEEN], key=widget, format_func=lambda n: words[n], width=176,
                 on_change=partial(spanned, report, reading.closed, widget))  # fmt: skip
    if not is_between:
        return
    ends = {"since": report.since or months[-1], "until": report.until or reading.closed}
    for field, label in (("since", "From"), ("until", "To")):
        at = ends[field].replace(day=1)
        st.session_state[f"{key}_option_{field}"] = at
        st.selectbox(label, months if at in months else [*months, at], key=f"{key}_option_{field}", width=168,
                     format_func=f.month_year,
                     on_change=partial(moved, report, ends, field, f"{key}_option_{field}"))  # fmt: skip


def spanned(report: Report, closed: date, widget: str) -> None:
    """Takes a span; two months begin as the last twelve that are over."""
    chosen = int(st.session_state[widget])
    fields: dict[str, Any] = {"since": None, "until": None, "last": chosen}
    if chosen == BETWEEN:
        fields = {"since": shift(closed, -11), "until": month_end(closed)}
    changed(report, lambda: fields)


def moved(report: Report, ends: Mapping[str, date], field: str, widget: str) -> None:
    """Takes one end of a span; the other one follows where it would lie behind it."""
    at: date = st.session_state[widget]
    since = at if field == "since" else min(ends["since"].replace(day=1), at)
    until = month_end(at) if field == "until" else max(month_end(ends["until"].replace(day=1)), month_end(at))
    changed(report, lambda: {"since": since, "until": until})
