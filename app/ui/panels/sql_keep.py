"""Keeping a statement: under a title, with its chart, for a role, with a link that opens it as a report."""

from __future__ import annotations

import streamlit as st

from app.errors import PlumblineError
from app.login import public_url
from app.sql.queries import Query
from app.sql.room import WRITERS
from app.ui import sql_words
from app.ui.reading import Reading
from app.ui.sql_tabs import Tab
from app.ui.ways import way_to_dashboard

SAID = "sql_said"
WORDS = {role: f"Every {role}" for role in WRITERS}


def draw(reading: Reading, tab: Tab, role: str, key: str) -> None:
    """The line below a result: keep it, share it, its link; what was done is said once."""
    if not tab.text.strip():
        return
    query = tab.query
    is_own = query is not None and query.owner == reading.viewer.email
    with st.container(key=f"sql_keep_{key}", horizontal=True, vertical_alignment="bottom"):
        title = st.text_input("Title", query.title if query else "", key=f"sql_title_{tab.key}", width=280,
                              placeholder="MRR by product", max_chars=120)  # fmt: skip
        st.button("Keep changes" if is_own else "Keep", key=f"sql_save_{key}", on_click=keep,
                  args=(reading, tab, role, f"sql_title_{tab.key}", query if is_own else None),
                  disabled=not title.strip())  # fmt: skip
        if is_own and query is not None:
            st.button("Keep as new", key=f"sql_save_new_{key}", on_click=keep,
                      args=(reading, tab, role, f"sql_title_{tab.key}", None))  # fmt: skip
            st.multiselect("Shared with", list(WRITERS), list(query.shared_with), width=240,
                           format_func=lambda one: WORDS.get(one, one),
                           key=f"sql_share_{query.query_id}", placeholder="Nobody", on_change=share,
                           args=(reading, tab, query))  # fmt: skip
    if query is not None:
        st.html('<p class="pl-more">As a report, which runs with the rights of whoever reads it:</p>')
        st.code(link(reading, query), language=None)
        st.html(f'<p class="pl-more">{way_to_dashboard(reading, "query", str(query.query_id))}</p>')
    said = st.session_state.pop(SAID, "")
    if said:
        st.html(sql_words.refused_html(said))


def link(reading: Reading, query: Query) -> str:
    return f"{public_url(reading.warehouse.settings)}/sql?query={query.query_id}"


def keep(reading: Reading, tab: Tab, role: str, title: str, over: Query | None) -> None:
    """The click; what may be done is judged by the warehouse."""
    called = str(st.session_state.get(title, ""))
    try:
        tab.query = reading.warehouse.sql.queries.keep(reading.viewer, called, tab.text, role, tab.given, tab.chart,
                                                       over)  # fmt: skip
        tab.title = tab.query.title
    except PlumblineError as error:
        st.session_state[SAID] = str(error)


def share(reading: Reading, tab: Tab, query: Query) -> None:
    """The choice of roles, as soon as it is made."""
    roles = [str(role) for role in st.session_state.get(f"sql_share_{query.query_id}", ())]
    try:
        reading.warehouse.sql.queries.share(reading.viewer, query, roles)
        tab.query = reading.warehouse.sql.queries.open(reading.viewer, str(query.query_id))
    except PlumblineError as error:
        st.session_state[SAID] = str(error)
