"""The page Comments: what is said of the figure that the address names, and of which figures something is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from app.comments.thread import LONGEST, Person, Thread, handles
from app.errors import NotBuilt, NotPermitted, QuestionError
from app.metrics import Question, catalogue
from app.ui import comment_words as words
from app.ui import drill_words
from app.ui import format as f
from app.ui.acts import act, say
from app.ui.exactly import exact
from app.ui.panels.drill import Wanted, asked_for
from app.ui.panels.frame import plain, thin_in_sans
from app.ui.reading import Reading, as_float, shift
from app.ui.tables import Cell, Column, table, way

PAGE = "comments"
HINT = "Plain text. @name mentions somebody who may see this figure; they get it by e-mail."


def draw(reading: Reading, key: str) -> None:
    """Draws what the address asks for; without a figure every open thread that the viewer may read."""
    name = str(st.query_params.get("metric", ""))
    with st.container(key=f"panel_{key}"):
        if name not in catalogue():
            st.html(index_html(reading))
            return
        wanted = asked_for(reading, catalogue()[name])
        own = replace(reading, receipts={}, where=wanted.where, page=wanted.back)
        subject = drill_words.subject(wanted.metric, wanted.month, wanted.where)
        try:
            threads = own.warehouse.comments.on(own.viewer, name, wanted.month, wanted.where)
            people = own.warehouse.comments.people(own.viewer, name)
        except NotPermitted:
            st.html(f'<h2 class="pl-title">{escape(subject)}</h2><p class="pl-empty">{drill_words.REFUSED}</p>')
            return
        value, why = value_of(own, wanted)
        heading(own, wanted, words.title(subject, threads), value, why)
        say(PAGE)
        for each in (thread for thread in threads if thread.is_open):
            open_thread(own, wanted, each, people, value, f"{key}_{each.thread_id}")
        begin(own, wanted, people, value, f"{key}_new")
        resolved(own, wanted, [each for each in threads if not each.is_open], value)


def value_of(reading: Reading, wanted: Wanted) -> tuple[float | None, str]:
    """The figure as it is now, or why there is none."""
    if wanted.metric.kind == "cohort":
        return None, ""
    question = Question(wanted.metric.name, since=wanted.month, until=shift(wanted.month, 1) - timedelta(days=1),
                        where=wanted.where, include_partial=True)  # fmt: skip
    try:
        answer = reading.ask(question)
    except QuestionError as error:
        return None, plain(error)
    except NotBuilt:
        return None, "It has not been built yet."
    found = [as_float(row.value) for row in answer.frame.itertuples()]
    value = found[0] if len(found) == 1 else None
    return value, "" if value is not None else answer.why_null(wanted.month) or "It is not known."


def heading(reading: Reading, wanted: Wanted, said: str, value: float | None, why: str) -> None:
    """The finding, the figure as it is now, and the way back."""
    lost = drill_words.left_out(wanted.unknown)
    now = f"It stands at {exact(value, wanted.metric.unit)}" if value is not None else why
    below = f'<span class="pl-stale">{escape(lost)}</span> ' if lost else ""
    st.html(f'<h2 class="pl-title">{thin_in_sans(said)}</h2><div class="pl-subtitle">{below}{escape(now)}</div>')
    ways = [way("All comments", f"/{words.COMMENTS}")]
    if reading.page:
        ways.insert(0, way(f"Back to {escape(reading.pages[reading.page.partition('?')[0]])}", f"/{reading.page}"))
    st.html(f'<p class="pl-ways">{"".join(ways)}</p>')


def open_thread(reading: Reading, wanted: Wanted, thread: Thread, people: tuple[Person, ...], value: float | None,
                key: str) -> None:  # fmt: skip
    """A thread, a field to answer in, and what else may be done with it."""
    comments, viewer = reading.warehouse.comments, reading.viewer
    with st.container(key=f"thread_{key}"):
        st.html(words.thread_html(thread, wanted.metric, value, reading.zone))
        field("Answer", people, key)
        with st.container(horizontal=True):
            st.button("Answer", key=f"{key}_go", on_click=act, args=(
                PAGE, lambda: comments.answer(viewer, thread.thread_id, words_of(key), shown=value, chosen=whom(key)),
                "It is said.", blank(key)))  # fmt: skip
            st.button("Resolve", key=f"{key}_done", on_click=act, args=(
                PAGE, partial(comments.resolve, viewer, thread.thread_id), "The thread is resolved."))  # fmt: skip
            own = [each for each in thread.comments
                   if each.by.lower() == viewer.email.lower() and each.taken_back_at is None]  # fmt: skip
            for each in own[-1:]:
                st.button("Take back my last words", key=f"{key}_back_{each.comment_id}", on_click=act, args=(
                    PAGE, partial(comments.take_back, viewer, thread.thread_id, each.comment_id),
                    "Your words are taken back."))  # fmt: skip


def begin(reading: Reading, wanted: Wanted, people: tuple[Person, ...], value: float | None, key: str) -> None:
    """The form of a new thread."""
    comments, viewer = reading.warehouse.comments, reading.viewer
    with st.container(key=f"begin_{key}"):
        field("Write about this figure", people, key)
        st.button("Write", key=f"{key}_go", on_click=act, args=(
            PAGE, lambda: comments.begin(viewer, wanted.metric.name, wanted.month, wanted.where, words_of(key),
                                         page=reading.page, shown=value, chosen=whom(key)), "It is said.",
            blank(key)))  # fmt: skip


def blank(key: str) -> dict[str, Any]:
    """What the fields begin with."""
    return {f"{key}_words": "", f"{key}_whom": []}


def field(label: str, people: tuple[Person, ...], key: str) -> None:
    """Where words are typed, and whom they mention: typing a name completes it."""
    st.text_area(label, key=f"{key}_words", max_chars=LONGEST, height=80, placeholder=HINT)
    named = handles(people)
    said = {each.email: f"@{named[each.email]} ({each.name})" for each in people}
    st.multiselect("Mention", list(said), key=f"{key}_whom", format_func=said.__getitem__,
                   placeholder="Nobody beside those named by @")  # fmt: skip


def words_of(key: str) -> str:
    """What the field holds at the click."""
    return str(st.session_state[f"{key}_words"])


def whom(key: str) -> tuple[str, ...]:
    """The e-mails that were chosen by then."""
    return tuple(st.session_state[f"{key}_whom"])


def resolved(reading: Reading, wanted: Wanted, threads: list[Thread], value: float | None) -> None:
    """What is dealt with, folded."""
    if threads:
        html = "".join(
            words.thread_html(each, wanted.metric, value, reading.zone)
            + f'<p class="pl-more">Resolved by {escape(str(each.resolved_by))}, '
              f"{f.clock_time(each.resolved_at, reading.zone) if each.resolved_at else ''}</p>"
            for each in threads
        )  # fmt: skip
        st.html(f'<details class="pl-entry"><summary>{len(threads)} resolved</summary>{html}</details>')


def index_html(reading: Reading) -> str:
    """Every open thread on a figure that the viewer may see, the newest first."""
    found = reading.warehouse.comments.open_threads(reading.viewer)
    head = f"{f.number(len(found))} open {'thread' if len(found) == 1 else 'threads'}" if found else "No open thread"
    if not found:
        said = "A figure's passport has the way to write about it: open the figure on any page."
        return f'<h2 class="pl-title">{head}</h2><p class="pl-empty">{said}</p>'
    rows = []
    for each in found:
        metric, last = catalogue()[each.metric], each.comments[-1]
        subject = drill_words.subject(metric, each.month, each.where)
        said = last.words if last.taken_back_at is None else "taken back"
        short = said if len(said) < 90 else f"{said[:88]}…"
        rows.append((Cell(subject, href=words.address(each.metric, each.month, each.where)), Cell(short), last.name,
                     f.clock_time(last.written_at, reading.zone)))  # fmt: skip
    columns = (Column("Figure"), Column("Last said", is_prose=True), Column("By", is_extra=True),
               Column("When", is_extra=True))  # fmt: skip
    return f'<h2 class="pl-title">{head}</h2>' + table(columns, rows, caption="Open threads, the newest first")
