"""A page's rows: tiles, panels side by side, and desks.

Whatever is drawn is a message of every click, and a message costs a third of a millisecond whatever is in it. So what
is HTML alone comes in as few pieces as may be, and panels side by side lie on a grid of the stylesheet's instead of
Streamlit's columns.
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
    """The page's rows, without what is not for this reader.

    Rows that are HTML alone and follow each other are one piece. The first one is a piece of its own: the headline
    numbers are there while the rest is worked out.
    """
    said: list[str] = []
    for index, row in enumerate(dashboard.rows):
        shown = tuple(element for element in row if is_for(element, reading.viewer))
        if shown:
            draw_row(reading, shown, f"{key_of(dashboard.title)}_{index}", dashboard.layout, said)
        if index == 0:
            say(said)
    say(said)


def say(said: list[str]) -> None:
    """Draws the HTML that has come together, if any has."""
    if said:
        st.html("".join(said))
        said.clear()


def is_for(element: Tile | Panel, viewer: Viewer) -> bool:
    """Whether the viewer is among the element's readers, where it names any."""
    readers = getattr(element, "readers", ())
    return not readers or bool(set(readers) & set(viewer.roles))


def draw_row(reading: Reading, row: tuple[Tile | Panel, ...], key: str, layout: str, said: list[str]) -> None:
    """A row of tiles, or of panels side by side; an inbox fills a row by itself.

    Args:
        reading: who looks.
        row: what stands in it.
        key: names it on the page.
        layout: of the page; on a phone's, panels have no frame.
        said: the HTML before it that has not been drawn yet, to which a row of HTML alone is added.
    """
    names = tuple(element.metric for element in row if isinstance(element, Tile))
    if names:
        said.append(tiles.row_html(reading, names, key))
        return
    panels = [element for element in row if isinstance(element, Pictured)]
    if layout == "phone":
        said.extend(f'<div class="st-key-bare_{key}_{at}">{picture(reading, panel).html}</div>'
                    for at, panel in enumerate(panels))  # fmt: skip
        return
    if len(panels) < len(row):
        say(said)
        draw_desks(reading, row, key)
    if panels:
        draw_panels(reading, panels, key, said)


def draw_desks(reading: Reading, row: tuple[Tile | Panel, ...], key: str) -> None:
    """Those of a row in which there is something to do, or which look again by themselves."""
    for element in row:
        if isinstance(element, Inbox):
            inbox.draw(reading, element, key)
        elif isinstance(element, LiveTiles):
            live.draw(reading, element, key)
        elif type(element) in DESKS:
            DESKS[type(element)](reading, key)


def draw_panels(reading: Reading, panels: Sequence[Pictured], key: str, said: list[str]) -> None:
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
        said.append(html[0] if len(panels) == 1 else f'<div class="st-key-{name}">{cells}</div>')
        return
    say(said)
    if len(panels) == 1:
        draw_panel(*made[0])
        return
    with st.container(key=name):  # on a phone what is urgent comes first
        for each in made:
            draw_panel(*each)


def spans(panels: Sequence[Pictured]) -> str:
    """How many twelfths each panel takes, as the stylesheet hears it: a5_b4_c3."""
    return "_".join(f"{place}{panel.width}" for place, panel in zip(PLACES, panels, strict=False))
