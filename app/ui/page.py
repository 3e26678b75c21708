"""From a dashboard's declaration to a drawn page. The body is replayed from a cache until the data changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from html import escape

import streamlit as st

from app.access import Viewer
from app.dashboard import Alerts, Dashboard, Glossary, Inbox, Panel, Pictured, Questions, SourceDesk, Tile
from app.ui import format as f
from app.ui import titles
from app.ui.choice import Choice, choose
from app.ui.dimension_words import Where
from app.ui.panels import inbox
from app.ui.panels.desks import DESKS
from app.ui.panels.frame import draw_bare, draw_panel, key_of
from app.ui.panels.kinds import picture
from app.ui.reading import Reading, month_end, shift
from app.ui.tiles import draw_tiles

CACHE_SECONDS = 60
LEADS = {Glossary: titles.GLOSSARY_LEAD, Questions: titles.QUESTIONS_LEAD}


def draw(dashboard: Dashboard, reading: Reading, build_id: str) -> None:
    """Draws a page whose first build is done."""
    with st.container(key=f"page_{dashboard.slug}"):
        fresh = head(dashboard, reading, build_id)
        if dashboard.is_personal:
            draw_rows(dashboard, fresh)
            return
        shown = body(dashboard, reading.viewer, build_id, fresh.as_of, fresh.compare, fresh.where, fresh)
        if not fresh.noted:  # nothing was read now: the body was replayed, so no read has told the audit
            reading.warehouse.record(reading.viewer, "replay page", page=dashboard.slug, build=build_id, shown=shown)


def head(dashboard: Dashboard, reading: Reading, build_id: str) -> Reading:
    """Title, the month it speaks of, the promises, and the choices that the page offers.

    Returns:
        What the page's elements read from, by what was chosen.
    """
    with st.container(key="head", horizontal=True, vertical_alignment="bottom"):
        said = st.container(key="said", width="stretch")
        choice = choose(dashboard, reading, build_id)
    at = choice.as_of(reading.zone)
    fresh = replace(reading, compare=choice.compare, where=choice.where, is_past=at is not None,
                    as_of=at or reading.as_of, noted=set(), receipts={})  # fmt: skip
    said.html(f'<h1 class="pl-page">{dashboard.title}</h1>{lead(dashboard, fresh, choice)}')
    return fresh


def lead(dashboard: Dashboard, reading: Reading, choice: Choice) -> str:
    """The line under the title."""
    for kind, said in LEADS.items():
        if any(isinstance(element, kind) for element in dashboard.panels()):
            return f'<p class="pl-lead">{said}</p>'
    if dashboard.is_personal and not any(isinstance(element, SourceDesk) for element in dashboard.panels()):
        return f'<p class="pl-lead">Times are {reading.zone.key.replace("_", " ")}.</p>'
    if dashboard.section == "Operations":
        return f'<p class="pl-lead">Times are {reading.zone.key.replace("_", " ")}.{standing(reading, None)}</p>'
    narrowed = f" <b>Only {escape(choice.said)}.</b>" if choice.said else ""
    lost = f' <span class="pl-stale">{escape(choice.unknown_said)}</span>' if choice.unknown else ""
    closed = f"<b>{f.month_year(reading.closed)}</b>, closed {f.day(month_end(reading.closed))}"
    behind = f"{'' if reading.is_past else standing(reading, reading.unbuilt)}{narrowed}{lost}"
    names = [element.metric for element in dashboard.panels() if isinstance(element, Tile)]
    if not names:
        return f'<p class="pl-lead">{closed}.{behind}</p>'
    statuses = [status for name in names if (status := reading.status(name)) is not None]
    kept, broken, warned = (len({p for s in statuses for p in getattr(s, one)}) for one in ("kept", "broken", "warned"))
    on = f" Changes are on {f.month_name(shift(reading.closed, -1))}." if dashboard.layout == "phone" else ""
    return f'<p class="pl-lead">{closed}.{on} {titles.promises(kept, broken, warned)}.{behind}</p>'


def standing(reading: Reading, unbuilt: date | None) -> str:
    """What keeps the page behind, in the colour of what is late; nothing where it is up to date."""
    failed = reading.warehouse.progress.build_failed_at()
    said = titles.standing(unbuilt, f.clock_time(failed, reading.zone) if failed else "")
    return f'<span class="pl-stale">{said}</span>' if said else ""


@st.cache_data(ttl=CACHE_SECONDS, max_entries=64, show_spinner=False, hash_funcs={Viewer: lambda viewer: viewer.roles})
def body(dashboard: Dashboard, viewer: Viewer, build_id: str, as_of: datetime, compare: int,
         where: Where, _reading: Reading) -> tuple[str, ...]:  # fmt: skip
    """Everything below the head, drawn once a minute at most and replayed in between.

    The viewer's roles, the build, the instant and what was chosen are in the key, so that no row leaks to another role
    or outlives its build; `_reading` says the same again and is left out of it.

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
    for desk in (DESKS[type(element)] for element in row if type(element) in DESKS):
        desk(reading, key)
    panels = pictured(row)
    if not panels:
        return
    urgent = "urgent_" if isinstance(panels[-1], Alerts) else ""  # on a phone alerts come first
    with st.container(key=f"row_{urgent}{key}"):
        columns = st.columns([panel.width for panel in panels], gap="medium")
        for index, (column, panel) in enumerate(zip(columns, panels, strict=True)):
            with column:
                own = replace(reading, receipts={})
                draw_panel(own, f"{key}_{index}", picture(own, panel))


def pictured(row: tuple[Tile | Panel, ...]) -> list[Pictured]:
    """The panels of a row that are pictures."""
    return [element for element in row if isinstance(element, Pictured)]
