"""Where a page carries its reader's tour to the browser; app/tour.js draws it, so that no step waits for the server."""

from __future__ import annotations

import json
from html import escape

import streamlit as st

from app.tours import Tour, tour_of
from app.ui.reading import Reading

AGAIN = "tour"
TAKEN = "tour_taken"


def offer(reading: Reading, page: str) -> None:
    """Puts the tour on its page: for whoever has not taken it, and whoever asks for it again."""
    tour = tour_of(reading.viewer)
    if tour is None or tour.page != page:
        return
    if AGAIN in st.query_params or not is_taken(reading, tour):
        st.html(tour_html(tour))


def is_taken(reading: Reading, tour: Tour) -> bool:
    """Whether they have taken it; asked of the warehouse until they have."""
    if not st.session_state.get(TAKEN):
        st.session_state[TAKEN] = reading.warehouse.tours.is_taken(reading.viewer, tour.role)
    return bool(st.session_state[TAKEN])


def tour_html(tour: Tour) -> str:
    """An empty element that holds the steps."""
    steps = [{"title": each.title, "text": each.text, "at": list(each.at)} for each in tour.stops]
    return f'<div class="pl-tour-steps" data-pl-tour="{escape(json.dumps(steps))}"></div>'
