"""What an engineer can do about a source, and the log of its latest load. What may be done is judged as it is done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import streamlit as st

from app.errors import PlumblineError
from app.load_logs import read_log
from app.steering import STEERS, Steering
from app.ui.panels.listing import known
from app.ui.reading import Reading, records

MART = "mart_engineer.sources"
SAID = "source_desk_said"
ASKED = "Asked for: the scheduler begins within seconds, and builds what it brings. This page shows it once it is done."
MOST_LINES = 400
Row = Mapping[str, Any]


def draw(reading: Reading, key: str) -> None:
    """Draws the choice of a source, what can be done about it, and its log."""
    found = reading.table(MART)
    rows = {str(row["source"]): row for row in records(found)} if found is not None else {}
    rows = {name: row for name, row in rows.items() if row["state"] != "not connected"}
    if not rows:
        st.html('<p class="pl-empty">No source is connected yet. Run `plumbline connect SOURCE`.</p>')
        return
    with st.container(key=f"panel_{key}_desk"):
        said = st.session_state.pop(SAID, "")
        with st.container(horizontal=True, vertical_alignment="bottom"):
            name = st.selectbox(
                "Source", sorted(rows), format_func=lambda each: str(rows[each]["label"]), key=f"desk_{key}", width=220
            )
            if STEERS in reading.viewer.roles:
                draw_acts(reading, rows[name], key)
        if said:
            st.html(f'<p class="pl-more" role="status">{said}</p>')
        draw_log(reading, rows[name], key)


def draw_acts(reading: Reading, row: Row, key: str) -> None:
    """The buttons; each acts on the source that is chosen."""
    name, label = str(row["source"]), str(row["label"])
    is_paused = known(row["paused_at"])

    def button(words: str, act: Callable[[Steering], bool], done: str, nothing: str, **more: Any) -> None:
        st.button(words, key=f"{key}_{words}", on_click=_do, args=(reading, act, done, nothing), **more)

    button("Load now", lambda one: one.ask(name), ASKED, f"{label} was asked for already.", disabled=is_paused)
    with st.popover("Read anew …", disabled=is_paused):
        st.html(f'<p class="pl-more">All of {label} is read from its start. What is there stays until it is overtaken; '
                "it may take as long as the first load.</p>")  # fmt: skip
        button("Read all of it anew", lambda one: one.ask(name, is_full=True), ASKED, f"{label} was asked for already.")
    if is_paused:
        button("Resume", lambda one: one.resume(name), f"{label} goes on.", f"{label} was not paused.")
    else:
        button("Pause", lambda one: one.pause(name), f"{label} is paused. What was loaded stays.",
               f"{label} was paused already.")  # fmt: skip
    if row["open_drifts_count"]:
        button("Close drifts", lambda one: one.resolve(name), "Closed.", "There was nothing open.")


def _do(reading: Reading, act: Callable[[Steering], bool], done: str, nothing: str) -> None:
    """The click; the page says what came of it."""
    try:
        st.session_state[SAID] = done if act(reading.warehouse.steering(reading.viewer)) else nothing
    except PlumblineError as error:
        st.session_state[SAID] = str(error)


def draw_log(reading: Reading, row: Row, key: str) -> None:
    """The latest load's log, closed until it is wanted."""
    if not known(row["last_log"]):
        st.html('<p class="pl-more">There is no log yet.</p>')
        return
    with st.expander(f"Log of the latest load of {row['label']}"):
        try:
            log = read_log(reading.warehouse.settings, str(row["last_log"]))
        except PlumblineError as error:
            st.html(f'<p class="pl-empty">{error}</p>')
            return
        st.code("\n".join(log.lines[-MOST_LINES:]) or "It said nothing.", language=None, height=320)
        content = partial(_noted, reading, log.name, "\n".join(log.lines))
        st.download_button("Download the log", content, log.name, "text/plain", key=f"{key}_log",
                           on_click="ignore")  # fmt: skip


def _noted(reading: Reading, name: str, content: str) -> str:
    """The log as a file, made when it is asked for; that it was is written down."""
    reading.warehouse.record(reading.viewer, "download log", log=name)
    return content
