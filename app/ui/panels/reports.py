"""Reports: the shelf of one's own and of those that are shared, one as it is read, and the way to the builder."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import streamlit as st

from app.errors import NotPermitted, ReportError
from app.reports.shapes import NAMES
from app.reports.store import SavedReport
from app.saved.rows import SavedThing
from app.ui.panels import builder, saved_acts, saved_list
from app.ui.panels import report_acts as acts
from app.ui.panels.frame import draw_panel
from app.ui.panels.report_acts import SHELF
from app.ui.panels.saved import drawn
from app.ui.reading import Reading
from app.ui.ways import way_to_dashboard

NOTHING = "None yet. Begin one: choose a figure, what splits it and how it is drawn, and keep it under a name."


def draw(reading: Reading, key: str) -> None:
    """The builder where the address holds a report that is being built, else the shelf."""
    saved_list.say(reading, SHELF, key)
    try:
        found = acts.draft(reading)
    except (ReportError, NotPermitted) as error:
        st.html(f'<p class="pl-empty" role="alert">{escape(str(error))}</p>')
        st.button("All reports", key=f"{key}_out", on_click=SHELF.shut)
        return
    if found is not None:
        acts.note_begun(reading)
        builder.draw(reading, found, key)
    else:
        shelf(reading, key)


def shelf(reading: Reading, key: str) -> None:
    """The list at the left, the chosen report at the right."""
    with st.container(key=f"split_{key}"):
        left, right = st.columns([4, 8], gap="medium")
        with left, st.container(key=f"panel_{key}_list"):
            saved_list.choose(reading, SHELF, lambda each: NAMES[each.content.kind], NOTHING, key)
            st.button("New report", key=f"{key}_new", type="primary", on_click=acts.begin)
        with right:
            chosen = saved_list.opened(reading, SHELF)
            if isinstance(chosen, SavedThing):
                one(reading, chosen, key)
            else:
                st.html(f'<p class="pl-empty" role="note">{escape(chosen)}</p>')


def one(reading: Reading, saved: SavedReport, key: str) -> None:
    """A report as it is read, and what can be done with it."""
    note = f"<div class='pl-lead'>{escape(saved.description)}</div>" if saved.description else ""
    with st.container(key=f"toolbar_{key}", horizontal=True, vertical_alignment="bottom"):
        st.html(f'<h2 class="pl-report">{escape(saved.title)}</h2>{note}', width="stretch")
        if saved.is_of(reading.viewer.email):
            st.button("Change", key=f"{key}_change", on_click=acts.begin, args=(saved,), type="primary")
            saved_list.own_acts(reading, SHELF, saved, lambda version: acts.begin(saved, version.content), key)
        else:
            st.button("Copy to change it", key=f"{key}_copy", on_click=saved_acts.copy,
                      args=(reading, SHELF, str(saved.thing_id)))  # fmt: skip
    own = replace(reading, receipts={})
    draw_panel(own, f"{key}_report", drawn(own, saved.content))
    put_on = way_to_dashboard(reading, "report", str(saved.thing_id))
    st.html(f'<p class="pl-more">{escape(saved_list.standing(reading, saved))} {put_on}</p>')
