"""A kept query on a page of its own: its chart, its rows, run with the rights of whoever reads it."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.errors import NotPermitted, PlumblineError
from app.sql.parameters import parameters
from app.sql.queries import Query
from app.sql.room import Result
from app.ui import format as f
from app.ui import sql_tabs, sql_words
from app.ui.panels import sql_result
from app.ui.panels.kept_query import ran
from app.ui.reading import Reading
from app.ui.ways import way_to_dashboard


def draw(reading: Reading, asked: str, key: str) -> None:
    """The report, or that there is none for this reader: the same words whether it exists or not."""
    try:
        query = reading.warehouse.sql.queries.open(reading.viewer, asked)
    except NotPermitted as error:
        with st.container(key=f"panel_{key}_report"):
            st.html(f'<h2 class="pl-title">No such query for you</h2>{sql_words.refused_html(str(error))}')
            st.button("To the editor", key=f"sql_away_{key}", on_click=leave)
        return
    with st.container(key=f"panel_{key}_report"):
        whose = "yours" if query.owner == reading.viewer.email else f"by {query.owner}"
        st.html(f'<h2 class="pl-title">{escape(query.title)}</h2><div class="pl-subtitle">{escape(whose)}, version '
                f"{query.version}, {f.clock_time(query.changed_at, reading.zone)}</div>")  # fmt: skip
        given = draw_parameters(query, key)
        result = run(reading, query, given)
        if result is not None:
            sql_result.draw(reading, result, f"{key}_{query.query_id.hex[:8]}_{result.run_id.hex[:8]}", query.chart)
        with st.expander("The SQL"):
            st.code(query.text, language="sql")
        st.html(f'<p class="pl-more">{way_to_dashboard(reading, "query", str(query.query_id))}</p>')
        st.button("Open in the editor", key=f"sql_edit_{key}", on_click=edit, args=(query,))


def draw_parameters(query: Query, key: str) -> dict[str, tuple[str, str]]:
    """A field for each parameter, with what it was when it was kept."""
    given: dict[str, tuple[str, str]] = {}
    asked = parameters(query.text)
    if asked:
        with st.container(key=f"sql_parameters_{key}", horizontal=True, vertical_alignment="bottom"):
            for one in asked:
                kind, value = query.parameters.get(one.name, (one.type, ""))
                typed = st.text_input(one.name, value, key=f"sql_given_{query.query_id}_{one.name}", width=180)
                given[one.name] = (one.type or kind, typed)
    return given


def run(reading: Reading, query: Query, given: dict[str, tuple[str, str]]) -> Result | None:
    """Its rows; a failure is said."""
    try:
        return ran(reading, query, given, reading.warehouse.settings.sql_seconds)
    except PlumblineError as error:
        st.html(sql_words.refused_html(str(error)))
        return None


def edit(query: Query) -> None:
    sql_tabs.add(query.text, title=query.title, given=query.parameters, query=query)
    leave()


def leave() -> None:
    st.query_params.clear()
