"""The shelves as select boxes: the only ones on a phone, and on a desk for whoever would rather choose than drag."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from html import escape

import streamlit as st

from app.reports import shelves as put_on
from app.reports.choices import Choice, kinds
from app.reports.report import Report
from app.reports.shapes import NAMES
from app.reports.shelves import SHELVES, Shelf, names_on
from app.ui.panels import report_acts as acts
from app.ui.panels.frame import plain
from app.ui.shelves import label_of

SIGNS: Mapping[Shelf, str] = {"values": "Show", "rows": "Rows", "columns": "Columns", "filters": "Only where"}
THERE = "It is there already."


def draw(report: Report, offered: Mapping[str, Choice], today: date, key: str) -> None:
    """Four lists and the kind; of what they do not offer, the reasons stand below."""
    with st.container(key=f"lists_switch_{key}"):
        is_open = st.toggle("Choose from lists", key=f"{key}_lists", bind="query-params")
    with st.container(key=f"lists_{'open' if is_open else 'shut'}_{key}"):
        with st.container(key=f"lists_row_{key}", horizontal=True, vertical_alignment="bottom"):
            for shelf in SHELVES:
                one(report, offered, shelf, key)
            kind(report, today, key)
        reasons(offered, key)


def one(report: Report, offered: Mapping[str, Choice], shelf: Shelf, key: str) -> None:
    """A shelf: what stands on it, and what can be added."""
    there = list(names_on(report, shelf))
    can = [name for name, choice in offered.items() if choice.reasons.get(shelf, THERE) == "" and name not in there]
    widget = f"{key}_list_{shelf}"
    st.session_state[widget] = there
    st.multiselect(SIGNS[shelf], [*there, *sorted(can, key=label_of)], key=widget, format_func=label_of, width=264,
                   placeholder="Choose" if can else "Nothing", on_change=partial(taken, report, shelf, widget))


def taken(report: Report, shelf: Shelf, widget: str) -> None:
    """Takes what was added to a list, and what was taken out of it."""
    chosen, there = [str(each) for each in st.session_state[widget]], names_on(report, shelf)
    for name in there:
        report = report if name in chosen else put_on.take(report, shelf, name)
    for name in chosen:
        report = report if name in there else put_on.add(report, shelf, name)
    acts.put(report)


def kind(report: Report, today: date, key: str) -> None:
    """The kinds that can show what is chosen."""
    can = [name for name, reason in kinds(report, today).items() if not reason]
    widget = f"{key}_list_kind"
    st.session_state[widget] = report.kind
    st.selectbox("As", can, key=widget, format_func=lambda each: NAMES[each], width=160,
                 on_change=lambda: acts.put(put_on.fitted(report, st.session_state[widget])))  # fmt: skip


def reasons(offered: Mapping[str, Choice], key: str) -> None:
    """Why some fields are not offered anywhere."""
    out = {name: choice for name, choice in offered.items()
           if not choice.can_go and THERE not in choice.reasons.values()}  # fmt: skip
    if not out:
        return
    with st.expander(f"Why {len(out)} fields cannot be added", key=f"{key}_reasons"):
        said = sorted((label_of(name), plain(next(iter(choice.reasons.values())))) for name, choice in out.items())
        lines = "".join(f"<dt>{escape(label)}</dt><dd>{escape(why)}</dd>" for label, why in said)
        st.html(f'<div class="pl-entry"><dl>{lines}</dl></div>')
