"""Beside the editor: what there is to read, what is kept, what was run."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.counting import counted
from app.errors import PlumblineError
from app.sql.history import Run
from app.sql.queries import Query
from app.sql.tables import Table
from app.ui import format as f
from app.ui import sql_tabs, sql_words
from app.ui.panels.sql_result import draw_table
from app.ui.reading import Reading

SAMPLED = "sql_sampled"
NAMED = 12
"""So many columns are named in a statement that is put in; of a wider table all are asked for."""


def draw(reading: Reading, role: str, tables: Sequence[Table], key: str) -> None:
    """Three leaves."""
    first, second, third = st.tabs(["Tables", "Kept", "History"], key=f"sql_shelf_{key}")
    with first:
        draw_tables(reading, role, tables, key)
    with second:
        draw_kept(reading, key)
    with third:
        draw_history(reading, key)


def draw_tables(reading: Reading, role: str, tables: Sequence[Table], key: str) -> None:
    """The tables that a role may read, to be searched; one of them with its columns."""
    words = st.text_input("Find a table or a column", key=f"sql_find_{key}", placeholder="mrr, customer, opened_at …")
    found = {one.whole: one for one in sql_words.matching(tables, words)}
    if not found:
        st.html('<p class="pl-empty">No table of yours has that in its name, its columns or their meaning.</p>')
        return
    count = counted(len(found), "table")
    name = st.selectbox(count if not words else f"{count} found", list(found), key=f"sql_table_{key}_{words}")
    one = found[name]
    st.html(f'<p class="pl-says">{escape(one.says or "Nothing is written about it.")}</p>')
    with st.container(key=f"sql_of_table_{key}", horizontal=True):
        st.button("Write a SELECT", key=f"sql_insert_{key}", on_click=sql_tabs.add, args=(select_of(one),),
                  kwargs={"title": one.name})  # fmt: skip
        if st.button("Show 5 rows", key=f"sql_sample_{key}"):
            st.session_state[SAMPLED] = (role, name)
    if st.session_state.get(SAMPLED) == (role, name):
        draw_sample(reading, role, one, key)
    st.html(sql_words.columns_html(one))


def select_of(one: Table) -> str:
    """A statement that asks for the first rows of a table, its columns named."""
    names = [name for name, _, _ in one.columns]
    columns = ",\n    ".join(names) if len(names) <= NAMED else "*"
    return f"select\n    {columns}\nfrom {one.whole}\nlimit 100"


def draw_sample(reading: Reading, role: str, one: Table, key: str) -> None:
    try:
        found = reading.warehouse.sql.sample(reading.viewer, role, one)
    except PlumblineError as error:
        st.html(sql_words.refused_html(str(error)))
        return
    if found.rows:
        draw_table(found, f"{key}_sample_{one.name}")
    else:
        st.html('<p class="pl-empty">It has no rows.</p>')


def draw_kept(reading: Reading, key: str) -> None:
    """What this person kept, and what was shared with them."""
    queries = {str(one.query_id): one for one in reading.warehouse.sql.queries.seen_by(reading.viewer)}
    if not queries:
        st.html('<p class="pl-empty">Nothing yet. A statement can be kept under a title, with its chart.</p>')
        return
    chosen = queries[st.selectbox("Yours, and those shared with you", list(queries),
                                  format_func=lambda one: titled(queries[one], reading.viewer.email) if one in queries
                                  else "", key=f"sql_kept_{key}")]  # fmt: skip
    shared = f", shared with {f.words(list(chosen.shared_with))}" if chosen.shared_with else ""
    st.html(f'<p class="pl-more">Version {chosen.version}, {f.clock_time(chosen.changed_at, reading.zone)}{shared}</p>')
    st.code(chosen.text, language="sql", height=180)
    with st.container(key=f"sql_of_kept_{key}", horizontal=True):
        st.button("Open", key=f"sql_open_kept_{key}", on_click=sql_tabs.add, args=(chosen.text,),
                  kwargs={"title": chosen.title, "given": chosen.parameters, "query": chosen})  # fmt: skip
        if chosen.owner == reading.viewer.email:
            st.button("Remove", key=f"sql_remove_{key}", on_click=remove, args=(reading, chosen))


def titled(query: Query, email: str) -> str:
    return query.title if query.owner == email else f"{query.title} ({query.owner.partition('@')[0]})"


def remove(reading: Reading, query: Query) -> None:
    """The click; tabs that show it become statements of their own."""
    reading.warehouse.sql.queries.remove(reading.viewer, query)
    for tab in sql_tabs.tabs():
        if tab.query and tab.query.query_id == query.query_id:
            tab.query = None


def draw_history(reading: Reading, key: str) -> None:
    """What this person ran; nobody sees anybody else's."""
    words = st.text_input("Find in what you ran", key=f"sql_search_{key}", placeholder="customer_id …")
    runs = {str(run.run_id): run for run in reading.warehouse.sql.history(reading.viewer, words)}
    if not runs:
        why = "Nothing you ran holds that." if words else "You have not run anything yet."
        st.html(f'<p class="pl-empty">{why}</p>')
        return
    chosen = runs[st.selectbox("Your runs, newest first", list(runs), key=f"sql_run_{key}_{words}",
                               format_func=lambda one: line_of(runs.get(one), reading))]  # fmt: skip
    st.code(chosen.text, language="sql", height=180)
    took = f"{chosen.outcome}, {sql_words.took(chosen.duration_ms)}, as {chosen.role}"
    st.html(f'<p class="pl-more">{escape(took)}</p>' + (sql_words.refused_html(chosen.error) if chosen.error else ""))
    st.button("Open", key=f"sql_open_run_{key}", on_click=sql_tabs.add, args=(chosen.text,),
              kwargs={"given": chosen.parameters})  # fmt: skip


def line_of(run: Run | None, reading: Reading) -> str:
    return sql_words.ran(run, f.clock_time(run.started_at, reading.zone)) if run else ""
