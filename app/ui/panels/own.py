"""My dashboards: the list of one's own and of those that are shared, and one of them as it is read or arranged."""

from __future__ import annotations

from dataclasses import replace
from html import escape

import streamlit as st

from app.counting import counted
from app.dashboard import Tile
from app.own.cards import element_of
from app.own.layout import WIDTH, Layout
from app.own.store import SavedDashboard
from app.saved.rows import SavedThing, Version
from app.ui import format as f
from app.ui.panels import own_acts as acts
from app.ui.panels import own_arrange, own_put, saved_acts, saved_list
from app.ui.panels.frame import draw_panel
from app.ui.panels.kinds import picture
from app.ui.panels.own_acts import ARRANGING, SHELF
from app.ui.reading import Reading
from app.ui.tiles import draw_tile

NOTHING = "None yet. Begin one under a name, and put on it what you want to see side by side."
EMPTY = "Nothing is on it yet. Add figures, reports, SQL or words; or put them here from where they stand."
EMPTY_FOR_OTHERS = "Nothing is on it yet."


def draw(reading: Reading, key: str) -> None:
    """The form for what is put from elsewhere, then the dashboard of the address, or the list."""
    saved_list.say(reading, SHELF, key)
    if asked := str(st.query_params.get("put", "")):
        own_put.form(reading, asked, f"{key}_asked")
    if not SHELF.wanted:
        shelf(reading, key)
        return
    found = saved_list.opened(reading, SHELF)
    if isinstance(found, SavedThing):
        one(reading, found, key)
        return
    st.html(f'<p class="pl-empty" role="note">{escape(found)}</p>')
    st.button("All dashboards", key=f"{key}_out", on_click=SHELF.shut)


def shelf(reading: Reading, key: str) -> None:
    """The list, and beside it the name of a new one."""
    with st.container(key=f"split_{key}"):
        left, right = st.columns([7, 5], gap="medium")
        with left, st.container(key=f"panel_{key}_list"):
            saved_list.choose(reading, SHELF, lambda each: counted(len(each.content.cards), "card"), NOTHING, key)
        with right, st.container(key=f"panel_{key}_new"):
            st.html('<h2 class="pl-title">A new dashboard</h2>')
            st.text_input("Name", key=f"{key}_name", max_chars=80)
            st.button("Begin it", key=f"{key}_begin", type="primary", on_click=acts.begin,
                      args=(reading, f"{key}_name"))  # fmt: skip


def one(reading: Reading, saved: SavedDashboard, key: str) -> None:
    """A dashboard as it is read, and what its owner, or somebody else, can do with it."""
    is_own, earlier = saved.is_of(reading.viewer.email), version_of(reading, saved)
    note = f"<div class='pl-lead'>{escape(saved.description)}</div>" if saved.description else ""
    with st.container(key=f"toolbar_{key}", horizontal=True, vertical_alignment="bottom"):
        st.html(note or "<span></span>", width="stretch")
        st.button("All dashboards", key=f"{key}_all", on_click=SHELF.shut)
        if is_own and earlier is None:
            st.toggle("Arrange", key=ARRANGING)
            own_put.draw(reading, saved, f"{key}_{saved.thing_id.hex[:8]}")
            saved_list.own_acts(reading, SHELF, saved, acts.look_at, key, warned=unshared(reading, saved))
        elif not is_own:
            st.button("Copy to change it", key=f"{key}_copy", on_click=saved_acts.copy,
                      args=(reading, SHELF, str(saved.thing_id)))  # fmt: skip
    if earlier is not None:
        looked_at(reading, saved, earlier, key)
    elif is_own and st.session_state.get(ARRANGING):
        own_arrange.draw(reading, saved, f"{key}_{saved.thing_id.hex[:8]}")
    cards(reading, earlier.content if earlier else saved.content, key)
    if not saved.content.cards:
        st.html(f'<p class="pl-empty" role="note">{EMPTY if is_own else EMPTY_FOR_OTHERS}</p>')
    st.html(f'<p class="pl-more">{escape(saved_list.standing(reading, saved))}</p>')


def version_of(reading: Reading, saved: SavedDashboard) -> Version[Layout] | None:
    """The earlier version that the address asks for, for its owner; None for the newest."""
    asked = str(st.query_params.get("v", ""))
    if not asked or asked == str(saved.version) or not saved.is_of(reading.viewer.email):
        return None
    found = reading.warehouse.dashboards.versions(reading.viewer, str(saved.thing_id))
    return next((each for each in found if str(each.version) == asked), None)


def looked_at(reading: Reading, saved: SavedDashboard, earlier: Version[Layout], key: str) -> None:
    """That this is an earlier version, and the way back to it or from it."""
    said = f"Version {earlier.version} of {saved.version}, as it was on {f.clock_time(earlier.saved_at, reading.zone)}."
    with st.container(key=f"{key}_said_version", horizontal=True, vertical_alignment="center"):
        st.html(f'<p class="pl-said" role="status">{escape(said)}</p>', width="content")
        st.button("Restore it", key=f"{key}_restore", on_click=acts.restore, args=(reading, saved, earlier))
        st.button("Back to the newest", key=f"{key}_newest", on_click=acts.newest)


def unshared(reading: Reading, saved: SavedDashboard) -> str:
    """Which of its own reports and queries are shared with no role: nobody else will see them here."""
    viewer, kinds = reading.viewer, {card.kind for card in saved.content.cards}
    alone = {str(each.thing_id) for each in reading.warehouse.reports.mine(viewer) if not each.roles}
    if "query" in kinds:
        seen = reading.warehouse.sql.queries.seen_by(viewer)
        alone |= {str(each.query_id) for each in seen if each.owner == viewer.email and not each.shared_with}
    names = [f"“{card.name}”" for card in saved.content.cards if card.of in alone]
    return f"Shared with nobody so far, so that others see only the name: {', '.join(names)}." if names else ""


def cards(reading: Reading, layout: Layout, key: str) -> None:
    """The cards in their rows, each with what it says to this reader."""
    targets = reading.targets() if any(card.kind == "tile" for card in layout.cards) else {}
    for at, row in enumerate(layout.rows):
        widths = [WIDTH[card.size] for card in row]
        rest = [12 - sum(widths)] if sum(widths) < 12 else []
        with st.container(key=f"cards_{key}_{at}"):
            columns = st.columns([*widths, *rest], gap="medium")
            for card, column in zip(row, columns, strict=False):
                element, own = element_of(card), replace(reading, receipts={})
                with column:
                    if isinstance(element, Tile):
                        with st.container(key=f"tile_{key}_own_{card.key}"):
                            draw_tile(own, element.metric, targets.get(element.metric), f"{key}_{card.key}")
                    else:
                        draw_panel(own, f"{key}_{card.key}", picture(own, element))  # type: ignore[arg-type]
