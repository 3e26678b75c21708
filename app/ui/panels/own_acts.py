"""The clicks on a dashboard of one's own: begin it, put something on it, arrange it, restore a version of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import streamlit as st

from app.errors import DashboardError
from app.own.cards import card_for, name_of
from app.own.layout import Kind, Layout
from app.own.store import SavedDashboard
from app.saved.rows import Version
from app.ui.panels.saved_acts import Shelf
from app.ui.reading import Reading

SHELF = Shelf("dashboard", "dashboard", ("v", "put", "arrange"), lambda reading: reading.warehouse.dashboards)
REFUSED = "dashboard_refused"
"""Where the visit counts what was not taken, so that the browser knows that its own state does not count."""
ARRANGING = "dashboard_arranging"


def begin(reading: Reading, title_key: str) -> None:
    """A new and empty one, which is arranged at once."""

    def act() -> str:
        kept = reading.warehouse.dashboards.save(reading.viewer, str(st.session_state.get(title_key, "")), Layout())
        SHELF.show(str(kept.thing_id))
        st.session_state[ARRANGING] = True
        return f"“{kept.title}” is there. Put something on it."

    SHELF.done(act)


def today(reading: Reading) -> date:
    return reading.as_of.astimezone(reading.zone).date()


def put(reading: Reading, saved: SavedDashboard, kind: Kind, of: str) -> None:
    """Something that may be read, at the end of the dashboard."""

    def act() -> str:
        one, name = card_for(reading.warehouse, reading.viewer, kind, of, today(reading))
        made = saved.content.with_card(kind, one, name)
        kept = reading.warehouse.dashboards.change(reading.viewer, saved, content=made)
        SHELF.show(str(kept.thing_id))
        return f"“{name_of(made.cards[-1])}” is on “{kept.title}”."

    SHELF.done(act)


def put_words(reading: Reading, saved: SavedDashboard, name_key: str, text_key: str, key: str = "") -> None:
    """Words, as a new card or in place of what one says."""
    name, text = (str(st.session_state.get(each, "")).strip() for each in (name_key, text_key))

    def made() -> Layout:
        if not name and not text:
            raise DashboardError("There are no words. Write a heading, or what stands below it.")
        kept = saved.content
        return kept.with_words(key, name, text) if key else kept.with_card("words", name=name, text=text)

    if keep(reading, saved, made, "The words are on it.") and not key:
        st.session_state[name_key] = st.session_state[text_key] = ""


def keep(reading: Reading, saved: SavedDashboard, made: Callable[[], Layout], said: str) -> bool:
    """The next version; says what became of it."""

    def act() -> str:
        kept = reading.warehouse.dashboards.change(reading.viewer, saved, content=made())
        return f"{said} Version {kept.version}."

    if SHELF.done(act):
        return True
    st.session_state[REFUSED] = st.session_state.get(REFUSED, 0) + 1
    return False


def arranged(reading: Reading, saved: SavedDashboard, key: str) -> None:
    """What the browser sends at a drop or a key: every card that stays, its width, and the version it began from."""
    act = getattr(st.session_state.get(key), "act", None)
    if isinstance(act, dict):
        keep(reading, saved_from(saved, act), lambda: saved.content.arranged(wanted(act)), "Arranged.")


def saved_from(saved: SavedDashboard, act: dict[str, Any]) -> SavedDashboard:
    """The dashboard as of the version that the browser began from."""
    version = act.get("version")
    return replace(saved, version=version if isinstance(version, int) else 0)


def wanted(act: dict[str, Any]) -> list[tuple[str, str]]:
    """Key and size of each card, of what came from a browser.

    Raises:
        DashboardError: it is no arrangement.
    """
    cards = act.get("cards")
    if not isinstance(cards, list) or any(not isinstance(each, list) or len(each) != 2 for each in cards):
        raise DashboardError(f"No arrangement came: found {str(act)[:80]!r}. Expected key and width of each card.")
    return [(str(key), str(size)) for key, size in cards]


def look_at(version: Version[Layout]) -> None:
    """Opens an earlier version."""
    st.query_params["v"] = str(version.version)


def restore(reading: Reading, saved: SavedDashboard, version: Version[Layout]) -> None:
    """An earlier version as the next one."""
    st.query_params.pop("v", None)
    keep(reading, saved, lambda: version.content, f"It is as version {version.version} was.")


def newest() -> None:
    st.query_params.pop("v", None)


def leave_put() -> None:
    st.query_params.pop("put", None)
