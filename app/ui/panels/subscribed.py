"""What a person gets by e-mail on a schedule, and the way to stop it."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.errors import NotPermitted, PlumblineError, UsageError
from app.own.opened import NAMING, title_of
from app.subscriptions.store import Subscription
from app.ui import format as f
from app.ui.reading import Reading

SAID = "subscribed_said"


def draw(reading: Reading, key: str) -> None:
    """A line for each, with its next time and a button; nothing where there is none."""
    mine = reading.warehouse.subscriptions.of(reading.viewer)
    told = st.session_state.pop(SAID, "")
    if not mine and not told:
        return
    with st.container(key=f"panel_{key}"):
        count = f"{len(mine)} page{'' if len(mine) == 1 else 's'}" if mine else "No page"
        st.html(f'<h2 class="pl-title">{count} by e-mail</h2>')
        if told:
            st.html(f'<p class="pl-said" role="status">{escape(told)}</p>')
        for each in mine:
            with st.container(key=f"subscribed_{each.subscription_id}", horizontal=True, vertical_alignment="center"):
                st.html(line_html(reading, each), width="stretch")
                st.button("Stop", key=f"stop_{each.subscription_id}", on_click=_stop, args=(reading, each))


def line_html(reading: Reading, each: Subscription) -> str:
    """Such as "Executive, every Monday at 08:00, Europe/Berlin; next 30 Nov 2026"."""
    called = name_of(reading, each)
    chosen = ", ".join(value for name, values in each.parameters.items() if name not in NAMING for value in values)
    more = [*(["only when a figure changed"] if each.only_changed else []), *(["with PDF"] if each.with_pdf else [])]
    following = f.clock_time(each.schedule.next_due(reading.now), reading.zone)
    said = "; ".join([each.schedule.said, *more, f"next {following}"])
    return (f'<div><b>{escape(called)}</b>{escape(f", {chosen}" if chosen else "")}'
            f'<div class="pl-subtitle">{escape(said[:1].upper() + said[1:])}</div></div>')  # fmt: skip


def name_of(reading: Reading, each: Subscription) -> str:
    """What was subscribed to: a page, or the report or dashboard of it as it is called now."""
    page = reading.pages.get(each.page, each.page)
    try:
        return title_of(reading.warehouse, reading.viewer, each.parameters) or page
    except (NotPermitted, UsageError):
        return f"{page}: one that is not there for you now"


def _stop(reading: Reading, each: Subscription) -> None:
    """The click; the page says what came of it."""
    try:
        reading.warehouse.subscriptions.stop(reading.viewer, each.subscription_id)
        st.session_state[SAID] = f"Stopped: {name_of(reading, each)}, {each.schedule.said}."
    except PlumblineError as error:
        st.session_state[SAID] = str(error)
