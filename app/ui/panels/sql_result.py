"""The result of somebody's SQL: how many rows and how long, the table, a chart of it, the file."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from app.manner import parted
from app.sql.queries import Chart
from app.sql.room import Result
from app.sql.run import Found
from app.ui import sql_words as words
from app.ui.panels.frame import thin_in_sans
from app.ui.panels.sql_chart import KINDS, Undrawable, spec
from app.ui.reading import Reading

ROW_PIXELS, LEAST, MOST = 35, 2, 14


def draw(reading: Reading, result: Result, key: str, chart: Chart | None) -> Chart | None:
    """Draws a result with its choices; gives the chart that is chosen, where one is."""
    found = result.found
    st.html(f'<p class="pl-outcome" role="status">{words.outcome(found, result.milliseconds, result.role)}</p>')
    if not found.names:
        return None
    shown, drawn = st.tabs(["Table", "Chart"], key=f"sql_shown_{key}",
                           default="Chart" if chart else "Table")  # fmt: skip
    with shown:
        draw_table(found, key)
        download(reading, result, key)
    with drawn:
        chosen = choose(found, key, chart)
        if chosen is not None:
            draw_chart(found, chosen, key)
    return chosen


def draw_table(found: Found, key: str) -> None:
    """The rows; numbers at the right and exact, a null as such."""
    height = ROW_PIXELS * (min(max(len(found.rows), LEAST), MOST) + 1) + 3
    st.dataframe(frame(found), hide_index=True, height=height, column_config=settings(found), key=f"sql_rows_{key}",
                 alt=f"The result: {len(found.rows)} rows of {', '.join(found.names)}")  # fmt: skip


def frame(found: Found) -> pd.DataFrame:
    """The rows for the grid: a number as one where the grid holds it to the last digit, else as text."""
    made = {}
    for index, (name, kind) in enumerate(zip(found.names, found.kinds, strict=True)):
        values = [row[index] for row in found.rows]
        if kind == "number" and words.fits(values):
            made[name] = pd.Series([None if value is None else float(value) for value in values], dtype="float64")
        else:
            made[name] = pd.Series([words.shown(value) for value in values], dtype="object")
    return pd.DataFrame(made)


def settings(found: Found) -> dict[str, Any]:
    """How each column stands in the grid."""
    told: dict[str, Any] = {}
    for index, (name, kind) in enumerate(zip(found.names, found.kinds, strict=True)):
        values = [row[index] for row in found.rows]
        if kind != "number":
            told[name] = st.column_config.TextColumn(name)
        elif words.fits(values):
            told[name] = st.column_config.NumberColumn(name, format=f"%.{words.decimals(values)}f")
        else:
            told[name] = st.column_config.TextColumn(name, alignment="right")
    return told


def download(reading: Reading, result: Result, key: str) -> None:
    """The file is made when it is asked for, and that it was is written down."""

    def content() -> bytes:
        reading.warehouse.record(reading.viewer, "download sql", run=str(result.run_id), rows=len(result.found.rows))
        return words.as_csv(result.found)

    st.download_button("Download CSV", content, "result.csv", "text/csv", key=f"sql_csv_{key}", on_click="ignore")


def choose(found: Found, key: str, chart: Chart | None) -> Chart | None:
    """Which column along, which up, as what; None where no column holds numbers."""
    numbers = [name for name, kind in zip(found.names, found.kinds, strict=True) if kind == "number"]
    if not numbers or not found.rows:
        st.html('<p class="pl-empty">A chart needs rows with a column of numbers.</p>')
        return None
    along = [*(name for name in found.names if name not in numbers), *numbers]
    place = partial(_place, chart)
    with st.container(key=f"sql_axes_{key}", horizontal=True, vertical_alignment="bottom"):
        x = st.selectbox("Along", along, index=place(along, "x", 0), key=f"sql_x_{key}", width=220)
        up = [name for name in numbers if name != x] or numbers
        y = st.selectbox("Up", up, index=place(up, "y", len(up) - 1), key=f"sql_y_{key}", width=220)
        kind = st.segmented_control("As", list(KINDS), default=_kind(found, x, chart), required=True,
                                    key=f"sql_kind_{key}_{x}", width="content")  # fmt: skip
    return Chart(str(kind), x, y)


def _place(chart: Chart | None, names: list[str], axis: str, otherwise: int) -> int:
    kept = getattr(chart, axis) if chart else None
    return names.index(kept) if kept in names else otherwise


def _kind(found: Found, x: str, chart: Chart | None) -> str:
    if chart and chart.kind in KINDS and chart.x == x:
        return chart.kind
    return "Line" if found.kinds[found.names.index(x)] in ("day", "time") else "Bar"


def draw_chart(found: Found, chart: Chart, key: str) -> None:
    """The chart with its title, or why there is none."""
    if chart.x not in found.names or chart.y not in found.names:
        st.html('<p class="pl-empty">The result has no more the columns of this chart. Choose others.</p>')
        return
    try:
        made, title, alt = spec(found, chart)
    except Undrawable as error:
        st.html(f'<p class="pl-empty">{error}</p>')
        return
    count = parted(len(found.rows))
    st.html(f'<h3 class="pl-title">{thin_in_sans(title)}</h3><div class="pl-subtitle">{count} rows</div>')
    st.vega_lite_chart(spec=made, theme=None, width="stretch", key=f"sql_chart_{key}", alt=alt)
