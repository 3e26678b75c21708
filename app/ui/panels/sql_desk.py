"""The page SQL: tabs with an editor, what each gave, and beside them what there is to read and what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import TimeoutError as NotYet
from time import monotonic
from typing import Any

import streamlit as st

from app.access import Viewer
from app.errors import PlumblineError, StatementError
from app.sql.lexing import TYPES
from app.sql.parameters import Parameter, parameters
from app.sql.tables import Table
from app.ui import sql_tabs, sql_words
from app.ui.component import mounted
from app.ui.keyed import KEYED
from app.ui.markdown import as_it_is
from app.ui.panels import sql_keep, sql_report, sql_result, sql_shelf
from app.ui.reading import Reading
from app.ui.sql_tabs import OPEN, Tab

LOOK_AGAIN_SECONDS = 0.5
PATIENCE_SECONDS = 1.5
"""Most statements are done by then; for others the page shows that they run, and how to stop them."""
CACHE_SECONDS = 60
DATES = ("date", "day", "month", "since", "until", "from", "to")


def draw(reading: Reading, key: str) -> None:
    """A kept query where the address names one, else the desk."""
    asked = st.query_params.get("query")
    if asked:
        sql_report.draw(reading, asked, key)
        return

    @st.fragment
    def desk() -> None:
        draw_desk(reading, key)

    desk()


def draw_desk(reading: Reading, key: str) -> None:
    """The editor at the left, the shelf at the right; on a phone below."""
    with st.container(key=f"desk_{key}"):
        left, right = st.columns([8, 4], gap="medium")
        with left, st.container(key=f"panel_{key}_editor"):
            role = choose_role(reading, key)
            tables = reading.warehouse.sql.tables(reading.viewer, role)
            draw_tabs(key)
            draw_tab(reading, sql_tabs.open_tab(), role, tables, key)
        with right, st.container(key=f"panel_{key}_shelf"):
            sql_shelf.draw(reading, role, tables, key)


def choose_role(reading: Reading, key: str) -> str:
    """As which of their roles somebody runs; there is nothing to choose for most."""
    roles = reading.warehouse.sql.roles_of(reading.viewer)
    if len(roles) == 1:
        return roles[0]
    chosen = st.segmented_control("As", list(roles), default=roles[0], required=True, key=f"sql_role_{key}")
    return str(chosen or roles[0])


def draw_tabs(key: str) -> None:
    """The tabs, a new one, and away with the one in front."""
    every, now = sql_tabs.tabs(), sql_tabs.open_tab()
    labels = {tab.number: as_it_is(tab.label) for tab in every}
    st.session_state[OPEN] = now.number
    with st.container(key=f"sql_tabs_{key}", horizontal=True, vertical_alignment="center"):
        st.segmented_control("Tabs", list(labels), format_func=lambda number: labels.get(number, ""), required=True,
                             key=OPEN, label_visibility="collapsed", width="content")  # fmt: skip
        st.button("New tab", on_click=sql_tabs.add, type="tertiary", key=f"sql_new_{key}",
                  disabled=len(every) >= sql_tabs.MOST)  # fmt: skip
        st.button("Close tab", on_click=sql_tabs.close, type="tertiary", key=f"sql_close_{key}",
                  disabled=now.running is not None)  # fmt: skip


def draw_tab(reading: Reading, tab: Tab, role: str, tables: Sequence[Table], key: str) -> None:
    """One statement: written, its parameters, its result."""
    act = draw_editor(reading, tab, role, tables)
    tab.given = draw_parameters(tab, key)
    if act == "run" and tab.running is None:
        begin(reading, tab, role)
    elif act == "plan":
        look_at_plan(reading, tab, role)
    if act and (tab.wrong or tab.running):
        st.rerun()  # the editor marks the place, or waits
    if tab.running is not None:
        await_result(reading, tab, key)
        return
    if tab.error:
        st.html(sql_words.refused_html(tab.error))
    if tab.plan:
        st.html(sql_words.plan_html(tab.plan))
    if tab.result is not None:
        tab.chart = sql_result.draw(reading, tab.result, f"{key}_{tab.number}_{tab.result.run_id.hex[:8]}", tab.chart)
    sql_keep.draw(reading, tab, role, key)


def draw_editor(reading: Reading, tab: Tab, role: str, tables: Sequence[Table]) -> str:
    """The editor; takes over what was written, and gives `run` or `plan` where that was asked for, else nothing."""
    line = {"text": tab.wrong[0], "line": tab.wrong[1], "column": tab.wrong[2]} if tab.wrong else None
    data = {"text": tab.text, "revision": tab.key, "label": f"SQL of {tab.label}", "running": tab.running is not None,
            "error": line, "words": words(reading.viewer, role, reading.warehouse.sql.tables, reading)}  # fmt: skip
    typed = mounted("sql_editor", "editor", key=f"sql_editor_{tab.key}", data=data, default={"text": tab.text},
                    on_text_change=nothing, on_run_change=nothing, on_plan_change=nothing)  # fmt: skip
    heard = str(typed.text if typed.text is not None else tab.text)
    if heard != tab.heard:
        tab.text = tab.heard = heard
    for act in ("run", "plan"):
        asked = getattr(typed, act)
        if asked is not None:
            tab.text = tab.heard = str(asked)
            return act
    return ""


def nothing() -> None:
    """A callback, without which Streamlit keeps no state of a component."""


@st.cache_data(ttl=CACHE_SECONDS, max_entries=64, show_spinner=False, hash_funcs=KEYED)
def words(viewer: Viewer, role: str, _tables: Any, _reading: Reading) -> dict[str, Any]:
    """What the editor offers: of what this role's login may read."""
    own = Viewer(viewer.email, (role,))
    return sql_words.offered(_tables(own, role), _reading.warehouse.visible_metrics(own))


def draw_parameters(tab: Tab, key: str) -> dict[str, tuple[str, str]]:
    """A field for each parameter of what is written; gives (type, value) of each."""
    try:
        asked = parameters(tab.text)
    except StatementError:
        return tab.given
    given: dict[str, tuple[str, str]] = {}
    if not asked:
        return given
    with st.container(key=f"sql_parameters_{key}", horizontal=True, vertical_alignment="bottom"):
        for one in asked:
            given[one.name] = draw_parameter(tab, one)
    return given


def draw_parameter(tab: Tab, one: Parameter) -> tuple[str, str]:
    """Its type, where the statement does not say it, and its value."""
    kind, value = tab.given.get(one.name, ("date" if one.name.lower() in DATES else "text", ""))
    key = f"{tab.key}_{one.name}"
    label = f"{one.name} ({one.type})" if one.type else one.name
    typed = st.text_input(label, value, key=f"sql_value_{key}", width=180,
                          placeholder="2026-10-31" if (one.type or kind) == "date" else "")  # fmt: skip
    if one.type:
        return one.type, typed
    chosen = st.selectbox(f"Type of {one.name}", TYPES, TYPES.index(kind) if kind in TYPES else 0,
                          key=f"sql_type_{key}", label_visibility="collapsed", width=110)  # fmt: skip
    return chosen, typed


def begin(reading: Reading, tab: Tab, role: str) -> None:
    """Starts the statement, and waits a little."""
    try:
        tab.running = reading.warehouse.sql.start(reading.viewer, role, tab.text, tab.given, reading.as_of)
    except PlumblineError as error:
        tab.fail(error)
        return
    try:
        tab.running.future.exception(PATIENCE_SECONDS)
    except NotYet:
        return
    tab.collect()


def await_result(reading: Reading, tab: Tab, key: str) -> None:
    """Says that it runs, and stops it on a click; looks again by itself."""

    @st.fragment(run_every=LOOK_AGAIN_SECONDS)
    def look() -> None:
        if tab.running is None or tab.running.future.done():
            tab.collect()
            st.rerun()
        with st.container(key=f"sql_running_{key}", horizontal=True, vertical_alignment="center"):
            st.html(f'<p class="pl-outcome" role="status">Running for {monotonic() - tab.running.began:.0f} s …</p>',
                    width="content")  # fmt: skip
            st.button("Cancel", key=f"sql_cancel_{key}", on_click=cancel, args=(reading,))

    look()


def cancel(reading: Reading) -> None:
    """The click; it stops one's own alone."""
    reading.warehouse.sql.cancel(reading.viewer)


def look_at_plan(reading: Reading, tab: Tab, role: str) -> None:
    """What Postgres would do; nothing is run."""
    try:
        plan = reading.warehouse.sql.plan(reading.viewer, role, tab.text, tab.given, reading.as_of)
    except PlumblineError as error:
        tab.fail(error)
    else:
        tab.forget()
        tab.plan = plan
