"""What the reader of a page chooses: read from the address (app/ui/chosen.py), drawn as one piece (choice_bar.py)."""

from __future__ import annotations

import streamlit as st

from app.access import Viewer
from app.dashboard import Dashboard
from app.ui import format as f
from app.ui.choice_bar import bar_html
from app.ui.chosen import EVENTS, Choice, chosen, months_of, worded
from app.ui.keyed import KEYED
from app.ui.reading import Reading
from app.warehouse import Warehouse

__all__ = ["Choice", "choices", "worded"]
VALUES_SECONDS = 600


def choices(dashboard: Dashboard, reading: Reading, build_id: str) -> tuple[Choice, str]:
    """What the address asks for, and the controls that change it, as HTML; nothing where a page has no choices.

    Controls of Streamlit's would be a third of what a click on a dashboard costs (docs/decisions.md, 191).
    """
    if not dashboard.can_compare:
        return Choice(address=dashboard.names), ""
    asked = {name: st.query_params.get_all(name) for name in ("month", "compare", EVENTS, *dashboard.filters)}
    months = months_of(reading.closed)
    known: dict[str, dict[str, str]] = {}
    if dashboard.filters:  # by keyword: of what comes by place Streamlit asks each time how it is called
        known = known_words(dashboard=dashboard, viewer=reading.viewer, build_id=build_id, _warehouse=reading.warehouse)
    offered = tuple((name, tuple(sorted(words))) for name, words in known.items())
    bar = bar_html(tuple(f.month_year(each) for each in months), offered, dashboard.has_time)
    return chosen(asked, months, known, dashboard.names), bar


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
