"""Subscribing to a page with what is chosen on it: how often, when and where, in a form over it."""

from __future__ import annotations

from html import escape
from zoneinfo import available_timezones

import streamlit as st

from app.dashboard import Dashboard
from app.errors import PlumblineError
from app.subscriptions.schedule import DAYS, LAST_DAY, Rhythm, Schedule
from app.ui.chosen import Choice
from app.ui.export_menu import BY_MAIL
from app.ui.reading import Reading

RHYTHMS: dict[str, Rhythm] = {"Every business day": "business_day", "Every day": "day", "Every week": "week",
                              "Every month": "month"}  # fmt: skip
SAID = "subscribe_said"


def offer(dashboard: Dashboard, reading: Reading, choice: Choice) -> None:
    """Draws the form for who asks for it; the word that asked leaves the address, so that no other run opens it."""
    if st.query_params.pop(BY_MAIL, None):
        form(dashboard, reading, choice)


@st.dialog("By e-mail")
def form(dashboard: Dashboard, reading: Reading, choice: Choice) -> None:
    """Draws the form. The mail follows the newest month, whatever month is chosen now."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        rhythm = RHYTHMS[st.selectbox("How often", list(RHYTHMS), key="sub_rhythm", width=170)]
        on_day = 0
        if rhythm == "week":
            on_day = DAYS.index(st.selectbox("Day", DAYS, key="sub_weekday", width=130))
        elif rhythm == "month":
            on_day = int(st.selectbox("Day", list(range(1, LAST_DAY + 1)), key="sub_day", width=90))
        hour = int(st.selectbox("Hour", list(range(24)), index=8, key="sub_hour", format_func="{:02d}:00".format,
                                width=100))  # fmt: skip
    zones = sorted(available_timezones())
    zone = st.selectbox("Time zone", zones, index=zones.index(reading.zone.key), key="sub_zone")
    only_changed = st.checkbox("Only when a figure changed", key="sub_changed")
    with_pdf = st.checkbox("With the page as PDF", key="sub_pdf")
    schedule = Schedule(rhythm, on_day, hour, zone)
    st.button("Subscribe", key="sub_go", on_click=_subscribe,
              args=(dashboard, reading, choice, schedule, only_changed, with_pdf))  # fmt: skip
    said = st.session_state.pop(SAID, "")
    if said:
        st.html(f'<p class="pl-said" role="status">{escape(said)}</p>')


def _subscribe(dashboard: Dashboard, reading: Reading, choice: Choice, schedule: Schedule, only_changed: bool,
               with_pdf: bool) -> None:  # fmt: skip
    """The click; the form says what came of it."""
    parameters: dict[str, list[str]] = {}
    for name, value in choice.address:
        if name != "month":
            parameters.setdefault(name, []).append(value)
    try:
        reading.warehouse.subscriptions.add(reading.viewer, dashboard.slug, parameters, schedule,
                                            only_changed=only_changed, with_pdf=with_pdf)  # fmt: skip
        st.session_state[SAID] = f"Subscribed: {schedule.said}. The page Mail has the way to stop it."
    except PlumblineError as error:
        st.session_state[SAID] = str(error)
