"""What can be put on a dashboard of one's own, chosen on it; and the form where the way begins elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import streamlit as st

from app.errors import PlumblineError
from app.metrics import catalogue
from app.own.cards import can_be, card_for
from app.own.layout import Kind, Layout
from app.own.store import SavedDashboard
from app.ui.panels import own_acts as acts
from app.ui.panels.own_acts import SHELF
from app.ui.reading import Reading

KINDS: Mapping[str, str] = {"Figure": "metric", "Report": "report", "SQL": "query", "Words": "words"}
AS: Mapping[str, Kind] = {"Tile": "tile", "Line over time": "trend"}
NEW = "A new dashboard"


def figures(reading: Reading) -> dict[str, str]:
    """Metric → label, of those that may be read and can stand alone, by label."""
    day, known = acts.today(reading), catalogue()
    can = [name for name in reading.warehouse.visible_metrics(reading.viewer)
           if name in known and (can_be("tile", name, day) or can_be("trend", name, day))]  # fmt: skip
    return {name: known[name].label for name in sorted(can, key=lambda name: known[name].label.lower())}


def draw(reading: Reading, saved: SavedDashboard, key: str) -> None:
    """A popover: what kind of thing, and which."""
    offered = {"Figure": figures(reading), "Report": reports(reading), "SQL": queries(reading), "Words": {}}
    kinds = [kind for kind, found in offered.items() if found or kind == "Words"]
    with st.popover("Add", key=f"{key}_add"):
        kind = str(st.segmented_control("What", kinds, default=kinds[0], required=True, key=f"{key}_kind"))
        if kind == "Words":
            words(reading, saved, key)
            return
        found = offered.get(kind, {})
        of = str(st.selectbox(kind, list(found), key=f"{key}_of_{kind}", format_func=lambda one: found.get(one, "")))
        put_as = shown_as(reading, of, key) if kind == "Figure" else ("report" if kind == "Report" else "query")
        st.button("Put it on", key=f"{key}_put", on_click=acts.put, args=(reading, saved, put_as, of))


def reports(reading: Reading) -> dict[str, str]:
    store = reading.warehouse.reports
    return {str(each.thing_id): each.title for each in (*store.mine(reading.viewer), *store.shared(reading.viewer))}


def queries(reading: Reading) -> dict[str, str]:
    sql = reading.warehouse.sql
    seen = sql.queries.seen_by(reading.viewer) if sql.roles_of(reading.viewer) else ()
    return {str(each.query_id): each.title for each in seen}


def shown_as(reading: Reading, metric: str, key: str) -> Kind:
    """As a tile or as a line, as far as the figure can."""
    can = [said for said, kind in AS.items() if can_be(kind, metric, acts.today(reading))]
    return AS[str(st.segmented_control("As", can, default=can[0], required=True, key=f"{key}_as_{metric}"))]


def words(reading: Reading, saved: SavedDashboard, key: str) -> None:
    """A heading and what stands below it."""
    names = (f"{key}_heading", f"{key}_words")
    st.text_input("Heading", key=names[0], max_chars=120)
    st.text_area("Words", key=names[1], max_chars=2_000, height=120)
    st.button("Put it on", key=f"{key}_put_words", on_click=acts.put_words, args=(reading, saved, *names))


def form(reading: Reading, asked: str, key: str) -> None:
    """For something that was chosen on another page: on which dashboard, and as what."""
    kind, _, of = asked.partition(":")
    with st.container(key=f"panel_{key}_form"):
        try:
            found = named(reading, kind, of)
        except PlumblineError as error:
            st.html(f'<p class="pl-empty" role="alert">{escape(str(error))}</p>')
            st.button("Leave it", key=f"{key}_leave", on_click=acts.leave_put)
            return
        st.html(f'<h2 class="pl-title">Put “{escape(found)}” on a dashboard</h2>')
        mine = {str(each.thing_id): each.title for each in reading.warehouse.dashboards.mine(reading.viewer)}
        with st.container(key=f"lists_row_{key}_form", horizontal=True, vertical_alignment="bottom"):
            on = st.selectbox("On", [*mine, NEW], key=f"{key}_on", width=280,
                              format_func=lambda one: mine.get(str(one), str(one)))  # fmt: skip
            if on == NEW:
                st.text_input("Its name", key=f"{key}_on_name", max_chars=80, width=280)
            put_as = shown_as(reading, of, key) if kind == "metric" else ("report" if kind == "report" else "query")
            st.button("Put it on", key=f"{key}_on_it", type="primary", on_click=put_on,
                      args=(reading, str(on), f"{key}_on_name", put_as, of))  # fmt: skip
            st.button("Leave it", key=f"{key}_leave", on_click=acts.leave_put)


def named(reading: Reading, kind: str, of: str) -> str:
    """What is put, by name.

    Raises:
        NotPermitted, DashboardError: it is not there for the reader, or cannot stand on a dashboard.
    """
    day = acts.today(reading)
    if kind in ("report", "query"):
        return card_for(reading.warehouse, reading.viewer, "report" if kind == "report" else "query", of, day)[1]
    is_line = of in catalogue() and not can_be("tile", of, day)
    card_for(reading.warehouse, reading.viewer, "trend" if is_line else "tile", of, day)
    return catalogue()[of].label


def put_on(reading: Reading, on: str, name_key: str, kind: Kind, of: str) -> None:
    """The click: on one of one's own, or on a new one."""
    store = reading.warehouse.dashboards

    def act() -> str:
        one, name = card_for(reading.warehouse, reading.viewer, kind, of, acts.today(reading))
        if on == NEW:
            made = Layout().with_card(kind, one, name)
            kept = store.save(reading.viewer, str(st.session_state.get(name_key, "")), made)
        else:
            saved = store.seen(reading.viewer, on)
            kept = store.change(reading.viewer, saved, content=saved.content.with_card(kind, one, name))
        SHELF.show(str(kept.thing_id))
        return f"It is on “{kept.title}”."

    SHELF.done(act)
