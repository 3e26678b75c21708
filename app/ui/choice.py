"""What the reader of a page chooses by its widgets; what an address means is app/ui/chosen.py's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

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
CHOSEN_ON = "page that was chosen on"


def choose(dashboard: Dashboard, reading: Reading, build_id: str) -> Choice:
    """Draws the page's choices beside each other, as far as it has any, and gives what is chosen."""
    if not dashboard.can_compare:
        return Choice(address=dashboard.names)
    _heed_address(dashboard)
    asked = {name: st.query_params.get_all(name) for name in ("month", "compare", EVENTS, *dashboard.filters)}
    months = months_of(reading.closed)
    known: dict[str, dict[str, str]] = {}
    if dashboard.filters:  # by keyword: of what comes by place Streamlit asks each time how it is called
        known = known_words(dashboard=dashboard, viewer=reading.viewer, build_id=build_id, _warehouse=reading.warehouse)
    month = st.selectbox("Month", [f.month_year(each) for each in months], key="month", bind="query-params",
                         width=160)  # fmt: skip
    compare = st.segmented_control("Compare with", list(COMPARISONS), default="Month before", required=True,
                                   key="compare", bind="query-params", width="content")  # fmt: skip
    picked = {"month": [month], "compare": [compare or "Month before"], EVENTS: ["true"]}
    if dashboard.filters:
        picked |= _filters(dashboard, known, asked)
    if dashboard.has_time:
        picked[EVENTS] = [str(st.toggle("Events", value=True, key=EVENTS, bind="query-params")).lower()]
    unknown = lost(asked, {**picked, EVENTS: ["true", "false"]})
    return replace(chosen(picked, months, known, dashboard.names), unknown=unknown)


def _heed_address(dashboard: Dashboard) -> None:
    """Gives a page back what its address says, for whoever comes from another one.

    Streamlit leaves out of the address what a control of the page before was bound to, and pages have the same
    controls: who goes back to a page would find its choices lost.
    """
    before, st.session_state[CHOSEN_ON] = st.session_state.get(CHOSEN_ON), dashboard.slug
    context = get_script_run_ctx()
    if before in (None, dashboard.slug) or context is None:
        return
    address = {name: values for name, values in parse_qs(context.query_string).items() if not is_embedding(name)}
    if address != {name: st.query_params.get_all(name) for name in st.query_params}:
        st.query_params.from_dict(address)
        with context.session_state.query_params() as parameters:  # from which controls take their first values
            parameters.set_initial_query_params(context.query_string)


def is_embedding(name: str) -> bool:
    """Whether Streamlit keeps a parameter to itself: whoever sets it is refused."""
    return name.lower() in ("embed", "embed_options")


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
