"""A page's rows: tiles, panels side by side, and desks.

Whatever is drawn is a message of every click, whatever is in it. So a row that is HTML alone is one piece, and panels
side by side lie on a grid of the stylesheet's instead of Streamlit's columns. Rows come one by one: the headline is
there while the rest is worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from app.access import Viewer
from app.dashboard import Alerts, Dashboard, Inbox, LiveTiles, Panel, Pictured, Tile
from app.ui import tiles
from app.ui.look import PLACES
from app.ui.panels import inbox, live
from app.ui.panels.desks import DESKS
from app.ui.panels.frame import draw_panel, key_of, panel_html
from app.ui.panels.kinds import picture
from app.ui.reading import Reading


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
    """A row of tiles, or of panels side by side; an inbox fills a row by itself. On a phone panels have no frame."""
    names = tuple(element.metric for element in row if isinstance(element, Tile))
    if names:
        st.html(tiles.row_html(reading, names, key))
        return
    panels = [element for element in row if isinstance(element, Pictured)]
    if layout == "phone":
        bare = (picture(reading, panel).html for panel in panels)
        st.html("".join(f'<div class="st-key-bare_{key}_{at}">{html}</div>' for at, html in enumerate(bare)))
        return
    draw_desks(reading, row, key)
    if panels:
        draw_panels(reading, panels, key)


def draw_desks(reading: Reading, row: tuple[Tile | Panel, ...], key: str) -> None:
    """Those of a row in which there is something to do, or which look again by themselves."""
    for element in row:
        if isinstance(element, Inbox):
            inbox.draw(reading, element, key)
        elif isinstance(element, LiveTiles):
            live.draw(reading, element, key)
        elif type(element) in DESKS:
            DESKS[type(element)](reading, key)


def draw_panels(reading: Reading, panels: Sequence[Pictured], key: str) -> None:
    """Panels side by side, each in its frame and with receipts of its own; a lone one stands there without a row."""
    made = []
    for at, panel in enumerate(panels):
        own = replace(reading, receipts={})
        made.append((own, f"{key}_{at}", picture(own, panel)))
    name = f"row_{spans(panels)}_{'urgent_' if isinstance(panels[-1], Alerts) else ''}{key}"
    if not any(each.spec for _, _, each in made):
        html = [panel_html(*each) for each in made]
        # Each in a cell of its own, out of which the margin of what it ends with does not add to that of the panel.
        cells = "".join(f"<div>{each}</div>" for each in html)
        st.html(html[0] if len(panels) == 1 else f'<div class="st-key-{name}">{cells}</div>')
        return
    if len(panels) == 1:
        draw_panel(*made[0])
        return
    with st.container(key=name):  # on a phone what is urgent comes first
        for each in made:
            draw_panel(*each)


def spans(panels: Sequence[Pictured]) -> str:
    """How many twelfths each panel takes, as the stylesheet hears it: a5_b4_c3."""
    return "_".join(f"{place}{panel.width}" for place, panel in zip(PLACES, panels, strict=False))
