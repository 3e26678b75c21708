"""From a dashboard's declaration to a drawn page. The body is replayed from a cache until the data changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from html import escape
from typing import Any

import streamlit as st

from app.access import Viewer
from app.dashboard import Dashboard
from app.errors import NotPermitted, UsageError
from app.own.opened import opened
from app.ui import subscribe_form
from app.ui.choice import Choice, choices
from app.ui.dimension_words import Where
from app.ui.export_menu import Way, menu_html
from app.ui.keyed import KEYED
from app.ui.lead import lead, statuses
from app.ui.reading import Reading
from app.ui.rows import draw_rows

CACHE_SECONDS = 600
"""What is replayed is drawn anew as soon as its build, its checks, an alert, a comment or an event is another, or a
tile is loaded anew or late. Forecasts and health scores hang on nothing of that: their jobs write them later."""
COUNTED_SECONDS = 60
"""The same where a page counts what people do, of which no build tells."""

Ways = Callable[[Dashboard, Choice], tuple[Way, ...]]
"""What of a page leaves as a file, by what is chosen on it."""


def draw(dashboard: Dashboard, reading: Reading, build_id: str, ways: Ways = lambda _, __: ()) -> None:
    """Draws a page whose first build is done."""
    with st.container(key=f"page_{dashboard.slug}"):
        fresh, statuses_are = head(dashboard, as_asked(dashboard, reading), reading, build_id, ways)
        if dashboard.is_personal:
            draw_rows(dashboard, fresh)
            return
        has_events = dashboard.has_time and fresh.with_events
        told = reading.warehouse.timeline.drawn(reading.viewer).stamp if has_events else ""
        told += f"{reading.warehouse.comments.stamp} {reading.alerts} {reading.build_failed_at} {statuses_are}"
        if dashboard.counts:
            told += f" {reading.now.timestamp() // COUNTED_SECONDS}"
        key: dict[str, Any] = {"dashboard": dashboard, "viewer": reading.viewer, "build_id": build_id, "told": told,
                               "as_of": fresh.as_of, "compare": fresh.compare, "where": fresh.where}  # fmt: skip
        shown = body(**key, _reading=fresh)
        if fresh.stopped:  # what took too long may have an answer now: that it had none is not replayed
            body.clear(**key, _reading=fresh)
        if not fresh.noted:  # nothing was read now: the body was replayed, so no read has told the audit
            reading.warehouse.record(reading.viewer, "replay page", page=dashboard.slug, build=build_id, shown=shown)


def as_asked(dashboard: Dashboard, reading: Reading) -> Dashboard:
    """The page for the one thing that its address names; the page itself where that is not there for this reader."""
    asked = {name: st.query_params.get_all(name) for name in st.query_params}
    try:
        return opened(reading.warehouse, reading.viewer, dashboard, asked)
    except (NotPermitted, UsageError):
        return dashboard


def head(
    dashboard: Dashboard, shown: Dashboard, reading: Reading, build_id: str, ways: Ways
) -> tuple[Reading, str]:  # fmt: skip
    """Title, the month it speaks of, the promises, and the choices that the page offers.

    Args:
        dashboard: the page as it is declared.
        shown: the same for the one thing that is open; it has the title where the choices are its own.
        reading: who looks.
        build_id: of the newest build.
        ways: what leaves as a file.

    Returns:
        What the page's elements read from, by what was chosen; what its tiles' statuses are, as a key.
    """
    choice, bar = choices(shown, reading, build_id)
    fresh, known, said = as_chosen(dashboard, shown, reading, choice)
    leaves = ways(shown, choice)
    if not bar and not leaves:
        st.html(f'<div class="st-key-head">{said}</div>')
        return fresh, known
    with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
        st.html(said)
        for piece in (bar, menu_html(leaves)):  # apart: what is chosen changes the links, and would shut the filters
            if piece:
                st.html(piece, width="content")
    if leaves:
        subscribe_form.offer(shown, reading, choice)
    return fresh, known


def as_chosen(dashboard: Dashboard, shown: Dashboard, reading: Reading, choice: Choice) -> tuple[Reading, str, str]:
    """What the page's elements read from, what its tiles' statuses are, and what stands at its head, as HTML."""
    at = choice.as_of(reading.zone)
    fresh = replace(reading, compare=choice.compare, where=choice.where, is_past=at is not None,
                    as_of=at or reading.as_of, noted=set(), stopped=set(), receipts={}, with_events=choice.with_events,
                    page=f"{shown.slug}{choice.query}")  # fmt: skip
    headed = shown if shown.can_compare else dashboard
    known = statuses(headed, fresh)
    said = f'<h1 class="pl-page">{escape(headed.title)}</h1>{lead(headed, fresh, choice, known)}'
    return fresh, str(hash(known)), said


@st.cache_data(ttl=CACHE_SECONDS, max_entries=256, show_spinner=False, hash_funcs=KEYED)
def body(dashboard: Dashboard, viewer: Viewer, build_id: str, as_of: datetime, compare: int,
         where: Where, told: str, _reading: Reading) -> tuple[str, ...]:  # fmt: skip
    """Everything below the head, drawn once and replayed while nothing of it is another.

    The viewer's roles, the build, the instant, what was chosen and what else `told` are in the key, so
    that no row leaks to another role or outlives its build; `_reading` says the same again and is left out of it.

    Returns:
        The figures and marts that were read for it, for the audit of a replay.
    """
    draw_rows(dashboard, _reading)
    return tuple(sorted(_reading.noted))
