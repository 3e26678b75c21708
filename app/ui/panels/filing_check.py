"""A file that somebody brings: what is wrong with it, or what it would change, and only then the button."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import streamlit as st

from app.company_files import Proposal
from app.errors import PlumblineError
from app.files.catalogue import BY_NAME, guess
from app.files.difference import Change
from app.files.problems import Problem
from app.files.schema import FileSchema, Row, Value
from app.ui import file_words as words
from app.ui import format as f
from app.ui.reading import Reading
from app.ui.tables import Cell, Column, table

MOST_CHANGES, MOST_ROWS = 20, 5
ROUND, KEPT, SAID = "filing_round", "filing_proposal", "filing_said"
"""Keys of the session: how often a file was put in place, the file that was checked last, what came of a click."""


def draw(reading: Reading, key: str) -> None:
    """The uploader at the left, what was found at the right; nothing for who may put no file in place."""
    writable = [schema.name for schema in BY_NAME.values() if schema.may_write(reading.viewer.roles)]
    if not writable:
        return
    with st.container(key=f"panel_{key}_bring"):
        st.html('<h2 class="pl-title">Put a file in place</h2><div class="pl-subtitle">It is checked first, and you '
                "see what it would change. Nothing changes before you say so</div>")  # fmt: skip
        said(key)
        left, right = st.columns([4, 8], gap="medium")
        with left:
            brought = st.file_uploader(words.FORMATS, type=["csv", "xlsx", "xls"],
                                       key=f"upload_{key}_{st.session_state.get(ROUND, 0)}")  # fmt: skip
            name = which(brought.name, writable, key) if brought else ""
        with right, st.container(key=f"found_{key}"):
            if brought and name:
                found(reading, name, brought, key)
            elif not brought:
                names = escape(f.words([words.label(name).lower() for name in writable]))
                st.html(f'<p class="pl-empty">You may bring {names}. What each must look like, and a template, is '
                        "below.</p>")  # fmt: skip


def said(key: str) -> None:
    """What came of the last click, once."""
    kind, message = st.session_state.pop(SAID, ("", ""))
    if message:
        role = "alert" if kind == "refused" else "status"
        st.html(f'<div class="pl-said pl-said-{kind}" role="{role}">{escape(message)}</div>')


def which(filename: str, writable: Sequence[str], key: str) -> str:
    """Which file it is: guessed from its name, for the person to say otherwise."""
    guessed = guess(filename)
    index = writable.index(guessed.name) if guessed and guessed.name in writable else None
    index = 0 if len(writable) == 1 else index
    chosen = st.selectbox("Which file is it?", writable, index=index, format_func=words.label,
                          placeholder="Choose", key=f"which_{key}_{filename}")  # fmt: skip
    return chosen or ""


def found(reading: Reading, name: str, brought: Any, key: str) -> None:
    """What the check said."""
    try:
        proposal = proposed(reading, name, brought)
    except PlumblineError as error:
        st.html(f'<p class="pl-empty" role="alert">{escape(str(error))}</p>')
        return
    if not proposal.checked.is_good:
        heading(words.problems(proposal.checked), "pl-missed")
        st.html(problems_html(proposal.checked.problems))
        return
    if proposal.change is None:
        return
    schema, change = proposal.schema, proposal.change
    count = len(proposal.checked.rows)
    is_first = not proposal.over and len(change.added) == count
    heading(words.changes(change, count, is_first=is_first))
    if change.all and not is_first:
        more = f"; {MOST_CHANGES} of {len(change.all)} shown" if len(change.all) > MOST_CHANGES else ""
        st.html(f'<div class="pl-subtitle">Against what is in place now{more}</div>'
                + changes_html(schema, change.all[:MOST_CHANGES]))  # fmt: skip
    st.html('<div class="pl-subtitle">The first rows as they were read</div>'
            + rows_html(schema, proposal.checked.rows))  # fmt: skip
    if proposal.refusal:
        st.html(f'<p class="pl-empty pl-missed" role="alert">{escape(proposal.refusal)}</p>')
    st.button("Put in place", type="primary", key=f"place_{key}", disabled=not proposal.can_be_placed,
              on_click=put_in_place, args=(reading, proposal))  # fmt: skip


def heading(text: str, meaning: str = "") -> None:
    st.html(f'<div class="pl-found {meaning}" role="status">{escape(text)}</div>')


def proposed(reading: Reading, name: str, brought: Any) -> Proposal:
    """The check of a file, done once for each that is brought."""
    this = f"{brought.file_id} {name} {reading.viewer.email}"
    kept_as, kept = st.session_state.get(KEPT, ("", None))
    if kept_as == this and isinstance(kept, Proposal):
        return kept
    made = reading.warehouse.files.propose(reading.viewer, name, brought.name, brought.getvalue())
    st.session_state[KEPT] = (this, made)
    return made


def put_in_place(reading: Reading, proposal: Proposal) -> None:
    """The click; what may be done is judged again by the warehouse."""
    st.session_state.pop(KEPT, None)  # what is in place has changed, for this file or by somebody else
    try:
        version = reading.warehouse.files.place(reading.viewer, proposal)
    except PlumblineError as error:
        st.session_state[SAID] = ("refused", str(error))
        return
    st.session_state[ROUND] = st.session_state.get(ROUND, 0) + 1
    st.session_state[SAID] = ("done", words.placed(version))


def problems_html(problems: Sequence[Problem]) -> str:
    """Every problem: where, what, and what to do."""
    columns: tuple[Column, ...] = (
        Column("Where"), Column("Column"), Column("What is wrong"), Column("Found"), Column("Expected"),
        Column("What to do", is_extra=True))  # fmt: skip
    cells = [
        (problem.cell or (f"{'Row' if problem.is_workbook else 'Line'} {problem.line}" if problem.line else "The file"),
         problem.column, problem.what[0].upper() + problem.what[1:], problem.found, problem.expected, problem.do)
        for problem in problems
    ]  # fmt: skip
    shown_columns = [index for index, _ in enumerate(columns) if tells([row[index] for row in cells])]
    columns = tuple(columns[index] for index in shown_columns)
    rows = [[row[index] for index in shown_columns] for row in cells]
    return f'<div class="pl-problems">{table(columns, rows, caption="What is wrong with the file")}</div>'


def tells(said: Sequence[str]) -> bool:
    """Whether a column of the problems says more than that values are wrong."""
    return bool(set(said) - {"", "The value is wrong"})


def changes_html(schema: FileSchema, changes: Sequence[Change]) -> str:
    """Rows that would be added, changed or removed; a changed cell says what it was."""
    columns = (Column("Change"), *columns_of(schema))
    cells = []
    for change in changes:
        word = "Added" if change.before is None else "Removed" if change.after is None else "Changed"
        values = [changed(change, column.name) for column in schema.columns]
        cells.append((Cell(word, "loss" if word == "Removed" else ""), *values))
    return table(columns, cells, caption="What would change")


def rows_html(schema: FileSchema, rows: Sequence[Row]) -> str:
    cells = [[shown(row[name]) for name in schema.header] for row in rows[:MOST_ROWS]]
    return table(columns_of(schema), cells, caption="The first rows")


def columns_of(schema: FileSchema) -> list[Column]:
    return [Column(column.name, column.json_type.get("type") == ["number", "null"]) for column in schema.columns]


def changed(change: Change, name: str) -> Cell | str:
    now = shown(change.row[name])
    if change.before is None or change.after is None or change.before[name] == change.after[name]:
        return now
    return Cell(f"{now} (was {shown(change.before[name])})", "running")


def shown(value: Value) -> str:
    """A value exactly as it is."""
    if value is None or value == "":
        return "empty"
    return ("true" if value else "false") if isinstance(value, bool) else str(value)

