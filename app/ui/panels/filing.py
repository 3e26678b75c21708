"""The company's own files: one to bring, how each stands, its versions, and what it must look like."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from html import escape

import streamlit as st

from app.errors import PlumblineError
from app.file_versions import Version
from app.files.check import FORMATS
from app.files.schema import FileSchema
from app.files.template import template
from app.ui import file_words as words
from app.ui import format as f
from app.ui.panels import filing_check
from app.ui.panels.filing_check import SAID
from app.ui.reading import Reading
from app.ui.tables import Cell, Column, table

LOOK_AGAIN_SECONDS = 5
AGAIN = "filing_again"
NOTHING = "No version yet: bring a file above, or drop one into the folder of files. The next load takes it."
NOT_YOURS = "No version yet. It appears here once somebody has put one in place."
HIDDEN = "What is in the file is not for your role; that it is there, and what became of it, is."
MEANING = {"loaded": "still", "waiting": "running", "refused": "missed", "replaced": "still"}
MIME = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
MOST_VERSIONS = 20


def draw(reading: Reading, key: str) -> None:
    """Draws the page's one panel; looks again by itself while a file waits for its load."""
    filing_check.draw(reading, key)
    waits = is_waiting(reading)

    @st.fragment(run_every=LOOK_AGAIN_SECONDS if waits else None)
    def files() -> None:
        if st.session_state.pop(AGAIN, False) or (waits and not is_waiting(reading)):
            st.rerun()  # what is above has to say so, too
        draw_files(reading, key)

    files()


def is_waiting(reading: Reading) -> bool:
    return any(version.state == "waiting" for version in reading.warehouse.files.versions(reading.viewer))


def draw_files(reading: Reading, key: str) -> None:
    """The list at the left, the chosen file at the right."""
    schemas = {schema.name: schema for schema in reading.warehouse.files.shown_to(reading.viewer)}
    found = reading.warehouse.files.versions(reading.viewer)
    versions = {name: [version for version in found if version.name == name] for name in schemas}
    with st.container(key=f"split_{key}"):
        left, right = st.columns([4, 8], gap="medium")
        with left, st.container(key=f"panel_{key}_list"):
            name = choose(reading, versions, key)
        with right, st.container(key=f"panel_{key}_chosen"):
            draw_file(reading, schemas[name], versions[name], key)


def choose(reading: Reading, versions: Mapping[str, Sequence[Version]], key: str) -> str:
    """The files that this person may see, each with how it stands."""
    st.html(f'<h2 class="pl-title">{escape(words.all_files(list(versions.values())))}</h2>'
            '<div class="pl-subtitle">Each replaces what was loaded of it before</div>')  # fmt: skip
    chosen = st.radio("Files", list(versions), label_visibility="collapsed", format_func=words.label,
                      captions=[words.standing(each, reading.zone) for each in versions.values()],
                      key=f"files_{key}", width="stretch")  # fmt: skip
    strangers = reading.warehouse.files.strangers()
    if strangers:
        names = escape(", ".join(strangers[:5]))
        st.html(f'<p class="pl-more">In the folder, but called like none of these and so not read: {names}</p>')
    return chosen


def draw_file(reading: Reading, schema: FileSchema, versions: Sequence[Version], key: str) -> None:
    """One file: its versions, then what it must look like."""
    st.html(f'<h2 class="pl-title">{escape(words.title(schema, versions, reading.zone))}</h2>'
            f'<div class="pl-subtitle">{escape(schema.says)}</div>')  # fmt: skip
    may_write = schema.may_write(reading.viewer.roles)
    if not versions:
        st.html(f'<p class="pl-empty">{NOTHING if may_write else NOT_YOURS}</p>')
    else:
        st.html(versions_html(reading, versions[:MOST_VERSIONS]))
        for version in versions[:1]:
            if version.state == "refused" and version.refusal:
                st.html(f'<p class="pl-empty" role="alert">{escape(version.refusal)}</p>')
        draw_actions(reading, schema, versions, key)
    st.html('<h3 class="pl-part">What it must look like</h3>' + schema_html(schema))
    with st.container(key=f"templates_{key}", horizontal=True):
        for ending in FORMATS:
            st.download_button(f"Template, {ending.upper()}", partial(template, schema, ending),
                               f"{schema.name}.{ending}", MIME[ending], key=f"template_{key}_{ending}",
                               on_click="ignore")  # fmt: skip


def draw_actions(reading: Reading, schema: FileSchema, versions: Sequence[Version], key: str) -> None:
    """Download of a version, and the way back to it."""
    if not schema.may_read(reading.viewer.roles):
        st.html(f'<p class="pl-more">{HIDDEN}</p>')
        return
    numbers = {version.version: version for version in versions}
    with st.container(key=f"actions_{key}", horizontal=True, vertical_alignment="bottom"):
        chosen = numbers[st.selectbox("Version", list(numbers), key=f"version_{key}_{schema.name}", width=160)]
        content = partial(reading.warehouse.files.content, reading.viewer, schema.name, chosen.version)
        st.download_button(f"Download version {chosen.version}", content,
                           f"{schema.name}-{chosen.version}.{chosen.format}", MIME[chosen.format],
                           key=f"download_{key}", on_click="ignore")  # fmt: skip
        if schema.may_write(reading.viewer.roles):
            st.button(f"Bring back version {chosen.version}", key=f"back_{key}", on_click=bring_back,
                      disabled=chosen.is_in_place or chosen.row_count is None,
                      args=(reading, schema.name, chosen.version))  # fmt: skip


def bring_back(reading: Reading, name: str, version: int) -> None:
    """The click; what may be done is judged by the warehouse."""
    try:
        placed = reading.warehouse.files.bring_back(reading.viewer, name, version)
    except PlumblineError as error:
        st.session_state[SAID] = ("refused", str(error))
    else:
        st.session_state[SAID] = ("done", words.placed(placed))
    st.session_state[AGAIN] = True


def versions_html(reading: Reading, versions: Sequence[Version]) -> str:
    columns = (Column("Version"), Column("State"), Column("Rows", True), Column("Size", True), Column("By"),
               Column("Put in place"), Column("Loaded"))  # fmt: skip
    cells = [
        (f"{version.version}, {version.format.upper()}", Cell(words.STATES[version.state], MEANING[version.state]),
         f.number(version.row_count) if version.row_count is not None else "n/a", words.size(version.byte_count),
         words.by(version.placed_by), f.clock_time(version.placed_at, reading.zone),
         f.clock_time(version.loaded_at, reading.zone) if version.loaded_at else "never")
        for version in versions
    ]  # fmt: skip
    return table(columns, cells, caption="Versions, the one in place first")


def schema_html(schema: FileSchema) -> str:
    columns = (Column("Column"), Column("A value is"), Column("Such as"), Column("May be empty"))
    cells = [
        (f"{column.name}{' *' if column.name in schema.key else ''}", column.allowed, column.example,
         "yes" if column.may_be_empty else "no")
        for column in schema.columns
    ]  # fmt: skip
    said = "The header names them in this order. Those with * name a row; it may come once"
    said += "".join(f". In each row {order.says}" for order in schema.orders)
    return table(columns, cells, caption="Columns") + f'<p class="pl-more">{said}</p>'
