"""From a dashboard's declaration to a drawn page. The body is replayed from a cache until the data changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape

import streamlit as st

from app.access import Viewer
from app.dashboard import Alerts, Dashboard, Inbox, LiveTiles, Panel, Pictured, Tile
from app.errors import NotPermitted, UsageError
from app.own.opened import opened
from app.ui import export_menu, subscribe_form
from app.ui.choice import Choice, choose
from app.ui.dimension_words import Where
from app.ui.export_menu import Way
from app.ui.keyed import KEYED
from app.ui.lead import lead, statuses
from app.ui.look import PLACES
from app.ui.panels import inbox, live
from app.ui.panels.desks import DESKS
from app.ui.panels.frame import draw_bare, draw_panel, key_of
from app.ui.panels.kinds import picture
from app.ui.reading import Reading
from app.ui.tiles import draw_tiles

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
        shown = body(dashboard=dashboard, viewer=reading.viewer, build_id=build_id, as_of=fresh.as_of,
                     compare=fresh.compare, where=fresh.where, told=told, _reading=fresh)  # fmt: skip
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
    with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
        said = st.container(key="said", width="stretch")
        with st.container(key="choices", horizontal=True, vertical_alignment="bottom", width="content"):
            choice = choose(shown, reading, build_id)
            export_menu.draw(ways(shown, choice), lambda: subscribe_form.draw(shown, reading, choice))
    at = choice.as_of(reading.zone)
    fresh = replace(reading, compare=choice.compare, where=choice.where, is_past=at is not None,
                    as_of=at or reading.as_of, noted=set(), receipts={}, with_events=choice.with_events,
                    page=f"{shown.slug}{choice.query}")  # fmt: skip
    headed = shown if shown.can_compare else dashboard
    known = statuses(headed, fresh)
    said.html(f'<h1 class="pl-page">{escape(headed.title)}</h1>{lead(headed, fresh, choice, known)}')
    return fresh, str(hash(known))


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


def draw_rows(dashboard: Dashboard, reading: Reading) -> None:
    """The page's rows, without what is not for this reader."""
    for index, row in enumerate(dashboard.rows):
        shown = tuple(element for element in row if is_for(element, reading.viewer))
        if shown:
            draw_row(reading, shown, f"{key_of(dashboard.title)}_{index}", dashboard.layout)


def is_for(element: Tile | Panel, viewer: Viewer) -> bool:
    """Whether the viewer is among the element's readers, where it names any."""
    readers = getattr(element, "readers", ())
    return not readers or bool(set(readers) & set(viewer.roles))


def draw_row(reading: Reading, row: tuple[Tile | Panel, ...], key: str, layout: str) -> None:
    """A row of tiles, or of panels side by side; an inbox fills a row by itself."""
    tiles = tuple(element.metric for element in row if isinstance(element, Tile))
    if tiles:
        draw_tiles(reading, tiles, key=key)
        return
    if layout == "phone":
        for index, panel in enumerate(pictured(row)):
            draw_bare(f"{key}_{index}", picture(reading, panel))
        return
    for inbox_panel in (element for element in row if isinstance(element, Inbox)):
        inbox.draw(reading, inbox_panel, key)
    for tiles_panel in (element for element in row if isinstance(element, LiveTiles)):
        live.draw(reading, tiles_panel, key)
    for desk in (DESKS[type(element)] for element in row if type(element) in DESKS):
        desk(reading, key)
    panels = pictured(row)
    if not panels:
        return
    if len(panels) == 1:  # a row of its own would be one message more of each click
        draw_picture(reading, f"{key}_0", panels[0])
        return
    urgent = "urgent_" if isinstance(panels[-1], Alerts) else ""  # on a phone alerts come first
    with st.container(key=f"row_{spans(panels)}_{urgent}{key}"):
        for index, panel in enumerate(panels):
            draw_picture(reading, f"{key}_{index}", panel)


def draw_picture(reading: Reading, key: str, panel: Pictured) -> None:
    """A panel in its frame; it shows receipts of its own."""
    own = replace(reading, receipts={})
    draw_panel(own, key, picture(own, panel))


def spans(panels: Sequence[Pictured]) -> str:
    """How many twelfths each panel takes, as the stylesheet hears it: a5_b4_c3.

    A grid, since Streamlit's columns would be a message for each of them, on every click.
    """
    return "_".join(f"{place}{panel.width}" for place, panel in zip(PLACES, panels, strict=False))


def pictured(row: tuple[Tile | Panel, ...]) -> list[Pictured]:
    """The panels of a row that are pictures."""
    return [element for element in row if isinstance(element, Pictured)]
