"""What the reader of a page chooses by its widgets; what an address means is app/ui/chosen.py's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from app.access import Viewer
from app.dashboard import Dashboard
from app.ui import format as f
from app.ui.chosen import COMPARISONS, EVENTS, Choice, chosen, lost, months_of, worded
from app.ui.dimension_words import noun, plural
from app.ui.keyed import KEYED
from app.ui.reading import Reading
from app.warehouse import Warehouse

__all__ = ["Choice", "choose", "worded"]
VALUES_SECONDS = 600


def choose(dashboard: Dashboard, reading: Reading, build_id: str) -> Choice:
    """Draws the page's choices beside each other, as far as it has any, and gives what is chosen."""
    if not dashboard.can_compare:
        return Choice(address=dashboard.names)
    asked = {name: st.query_params.get_all(name) for name in ("month", "compare", EVENTS, *dashboard.filters)}
    months = months_of(reading.closed)
    known: dict[str, dict[str, str]] = {}
    month = st.selectbox("Month", [f.month_year(each) for each in months], key="month", bind="query-params",
                         width=160)  # fmt: skip
    compare = st.segmented_control("Compare with", list(COMPARISONS), default="Month before", required=True,
                                   key="compare", bind="query-params", width="content")  # fmt: skip
    picked = {"month": [month], "compare": [compare or "Month before"], EVENTS: ["true"]}
    if dashboard.filters:
        known = known_words(dashboard, reading.viewer, build_id, reading.warehouse)
        picked |= _filters(dashboard, known, asked)
    if dashboard.has_time:
        picked[EVENTS] = [str(st.toggle("Events", value=True, key=EVENTS, bind="query-params")).lower()]
    unknown = lost(asked, {**picked, EVENTS: ["true", "false"]})
    return replace(chosen(picked, months, known, dashboard.names), unknown=unknown)


def _filters(
    dashboard: Dashboard, known: Mapping[str, Mapping[str, str]], asked: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    """Dimension → the words that were picked."""
    count = sum(bool(st.session_state.get(name, asked[name])) for name in dashboard.filters)
    label = f"Filters ({count})" if count else "Filters"
    with st.popover(label, key="filters", width="content"):
        return {
            name: st.multiselect(noun(name).capitalize(), sorted(known[name]), key=name, bind="query-params",
                                 placeholder=f"All {plural(name)}")
            for name in dashboard.filters
        }  # fmt: skip


@st.cache_data(ttl=VALUES_SECONDS, max_entries=256, show_spinner=False, hash_funcs=KEYED)
def known_words(
    dashboard: Dashboard, viewer: Viewer, build_id: str, _warehouse: Warehouse
) -> dict[str, dict[str, str]]:
    """Each of a page's filters → the words of every value in what its metrics are made of → the value.

    As far as the viewer may read it.
    """
    return {name: worded(name, _warehouse.values(viewer, dashboard.metrics, name)) for name in dashboard.filters}


@st.cache_data(ttl=VALUES_SECONDS, max_entries=256, show_spinner=False, hash_funcs=KEYED)
def values(dimension: str, metrics: tuple[str, ...], viewer: Viewer, build_id: str, _warehouse: Warehouse) -> list[str]:
    """Every value of a dimension in what these metrics are made of, as far as the viewer may read it."""
    return list(_warehouse.values(viewer, metrics, dimension))
