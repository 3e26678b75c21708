"""The tabs of somebody's SQL page: what they write, what came of it. They live as long as the visit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from app.errors import PlumblineError, StatementError
from app.sql.plan import PlanLine
from app.sql.queries import Chart, Query
from app.sql.room import Result, Running

STATE, OPEN = "sql_tabs", "sql_open"
MOST = 8


@dataclass
class Tab:
    """One statement under way.

    Attributes:
        number: never used twice in a visit.
        text: as it is written now; `heard`: as the editor last told it.
        revision: counts the texts that were put in from elsewhere, each with an editor of its own.
        given: parameter → (type, value).
        error, wrong: why it gave nothing; in which text, line and column.
        query: where it is of one that is kept.
    """

    number: int
    title: str = ""
    text: str = ""
    heard: str = ""
    revision: int = 0
    given: dict[str, tuple[str, str]] = field(default_factory=dict)
    running: Running | None = None
    result: Result | None = None
    plan: tuple[PlanLine, ...] = ()
    error: str = ""
    wrong: tuple[str, int, int] | None = None
    query: Query | None = None
    chart: Chart | None = None

    @property
    def label(self) -> str:
        return self.title or f"Query {self.number}"

    @property
    def key(self) -> str:
        return f"{self.number}_{self.revision}"

    def forget(self) -> None:
        """Nothing has come of it yet."""
        self.result, self.plan, self.error, self.wrong = None, (), "", None

    def fail(self, error: PlumblineError) -> None:
        self.forget()
        self.error = str(error)
        if isinstance(error, StatementError) and error.line and error.column:
            self.wrong = (self.text, error.line, error.column)

    def collect(self) -> None:
        """Takes what the statement under way has given."""
        running, self.running = self.running, None
        if running is None:
            return
        try:
            result = running.future.result()
        except PlumblineError as error:
            self.fail(error)
        else:
            self.forget()
            self.result = result


def tabs() -> list[Tab]:
    """All of them, at least one."""
    found: list[Tab] = st.session_state.setdefault(STATE, [Tab(1)])
    return found


def open_tab() -> Tab:
    """The one in front."""
    wanted, every = st.session_state.get(OPEN), tabs()
    return next((tab for tab in every if tab.number == wanted), every[-1])


def add(text: str = "", *, title: str = "", given: Mapping[str, tuple[str, str]] | None = None,
        query: Query | None = None) -> None:  # fmt: skip
    """One more in front; into the one in front where nothing is written there yet, or no more can be had."""
    every, now = tabs(), open_tab()
    if text and (not now.text.strip() or len(every) >= MOST) and now.running is None:
        now.revision += 1
        now.forget()
        made = now
    elif len(every) < MOST:
        made = Tab(max(tab.number for tab in every) + 1)
        every.append(made)
    else:
        return
    made.title, made.text, made.heard, made.given = title, text, text, dict(given or {})
    made.query, made.chart = query, query.chart if query else None
    st.session_state[OPEN] = made.number


def close() -> None:
    """Takes the one in front away; the last one is emptied."""
    every, now = tabs(), open_tab()
    every.remove(now)
    if not every:
        every.append(Tab(now.number + 1))
    st.session_state[OPEN] = every[-1].number
