"""The questions of the business as an index: each with its figure, and its answer when it is opened."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from html import escape
from urllib.parse import urlencode

import streamlit as st

from app.access import ROLES, Viewer
from app.business_questions import DEPARTMENTS, QUESTIONS, BusinessQuestion
from app.compile import marts_of
from app.errors import NotBuilt, NotPermitted, QuestionError, TookTooLong
from app.metrics import Metric, catalogue
from app.ui import format as f
from app.ui.keyed import KEYED
from app.ui.panels import asked as asked_of_people
from app.ui.panels.frame import draw_panel
from app.ui.panels.kinds import picture
from app.ui.reading import Reading
from app.ui.tiles import draw_tile

NOTHING = "No question says that. Try another word: revenue, churn, funnel, quota …"
NOT_YOURS, NOT_BUILT, TOO_LONG = "not in your role", "not built yet", "took too long just now"
OPEN = "open"
"""The parameter of the address that names a question whose answer is open; there may be several."""
SEARCHED, OPENED, LONGEST_NOTED = "questions_searched", "questions_opened", 200
HEADLINE_SECONDS = 60
COHORTS = 13
"""Cohorts of so many months are averaged for the short answer, as in the grid below it."""


def draw(reading: Reading, key: str) -> None:
    """The search, and every question that it finds under the department that asks it."""
    asked_of_people.draw_waiting(reading, key)
    words = st.text_input("Search the questions", key="q", bind="query-params", placeholder="Revenue, churn, quota …")
    found = matching(QUESTIONS, words)
    note_search(reading, words, len(found))
    if not found:
        st.html(f'<p class="pl-empty">{escape(NOTHING)}</p>')
    own = replace(reading, receipts={}, noted=set(), with_receipts=False)
    said, shown = headlines(viewer=reading.viewer, build_id=reading.build, as_of=reading.as_of, _reading=own)
    if not own.noted:  # nothing was read now: no read has told the audit
        reading.warehouse.record(reading.viewer, "replay page", page="questions", build=reading.build, shown=shown)
    index(reading, found, said, key)
    asked_of_people.draw_ask(reading, "" if found else words, key)


def index(reading: Reading, found: Sequence[BusinessQuestion], said: Mapping[str, str], key: str) -> None:
    """Every question under the department that asks it: links in one piece, up to an answer that is open."""
    opened, pieces = st.query_params.get_all(OPEN), []
    for letter, department in DEPARTMENTS.items():
        asked = [question for question in found if question.key.startswith(letter)]
        if asked:
            pieces.append(f'<h2 class="pl-chapter">{department} <span>{len(asked)}</span></h2>')
        for question in asked:
            is_open = question.key in opened
            pieces.append(question_html(question, said[question.key], opened))
            note_opened(reading, question, said[question.key], is_open=is_open)
            if is_open:
                st.html("".join(pieces))
                pieces = []
                with st.container(key=f"answer_{key}_{question.key.lower()}"):
                    answer(reading, question, f"{key}_{question.key.lower()}")
    if pieces:
        st.html("".join(pieces))


def question_html(question: BusinessQuestion, said: str, opened: Sequence[str]) -> str:
    """A question with its figure, as the link that opens its answer, or shuts it."""
    is_open = question.key in opened
    others = [(name, value) for name in st.query_params for value in st.query_params.get_all(name)
              if (name, value) != (OPEN, question.key)]  # fmt: skip
    query = urlencode([*others, *([] if is_open else [(OPEN, question.key)])])
    return (
        f'<a class="pl-question" href="/questions{f"?{escape(query)}" if query else ""}" target="_self" '
        f'data-pl-stay="{question.key}" aria-expanded="{str(is_open).lower()}">'
        f"<span>{escape(question.text)}</span> <b>{escape(said)}</b></a>"
    )


def note_search(reading: Reading, words: str, found: int) -> None:
    """Tells the ledger what is searched for, once for each time that the words change."""
    said = words.strip()[:LONGEST_NOTED]
    if said and st.session_state.get(SEARCHED) != said:
        reading.warehouse.record(reading.viewer, "search questions", words=said, found=found)
    st.session_state[SEARCHED] = said


def note_opened(reading: Reading, question: BusinessQuestion, said: str, *, is_open: bool) -> None:
    """Tells the ledger that an answer was opened, once for each time; without a figure it answers nothing."""
    opened: set[str] = st.session_state.setdefault(OPENED, set())
    if is_open and question.key not in opened:
        has_none = said.startswith((f.MISSING, NOT_BUILT, TOO_LONG))
        outcome = "refused" if said == NOT_YOURS else "failed" if has_none else "ok"
        reading.warehouse.record(reading.viewer, "open answer", outcome, question=question.key)
    (opened.add if is_open else opened.discard)(question.key)


def answer(reading: Reading, question: BusinessQuestion, key: str) -> None:
    """The figure with its passport, its meaning, what explains it, and the page where it goes on."""
    metric = catalogue()[question.metric]
    left, right = st.columns([3, 9], gap="medium")
    with left, st.container(key=f"tile_{key}"):
        if not is_cohort(metric):  # its figures are in the grid below, each with its age
            draw_tile(replace(reading, receipts={}), question.metric, reading.targets().get(question.metric), key)
    with right:
        st.html(meaning_html(metric, readers(reading, metric)))
        if title := reading.pages.get(question.page):
            st.html(f'<p class="pl-ways"><a href="/{question.page}" target="_self">Go on at {escape(title)}</a></p>')
    for at, panel in enumerate(question.panels):
        own = replace(reading, receipts={})
        draw_panel(own, f"{key}_{at}", picture(own, panel))


def matching(questions: Sequence[BusinessQuestion], words: str) -> list[BusinessQuestion]:
    """Those whose words, figure or id hold every word that was typed."""
    wanted = words.lower().split()
    return [each for each in questions if all(word in _words(each) for word in wanted)]


def _words(question: BusinessQuestion) -> str:
    metric = catalogue()[question.metric]
    department = DEPARTMENTS[question.key[0]]
    return " ".join((question.key, question.text, metric.label, metric.definition, department)).lower()


def meaning_html(metric: Metric, seen_by: Sequence[str]) -> str:
    """What the figure means, who answers for it and who may see it; all of it is the same for every reader."""
    rows = (
        ("It means", metric.definition),
        ("Owner", metric.owner.replace("_", " ").capitalize()),
        ("Certified", f"by the {metric.certified.by.upper()}, {f.short_date(metric.certified.on)}, version "
                      f"{metric.certified.version}"),
        ("Seen by", ", ".join(role.replace("_", " ") for role in seen_by) or "nobody before it has been built"),
    )  # fmt: skip
    told = "".join(f"<dt>{term}</dt><dd>{escape(text)}</dd>" for term, text in rows)
    return f'<div class="pl-entry"><dl>{told}</dl></div>'


def readers(reading: Reading, metric: Metric) -> list[str]:
    """The roles that may read all marts of a metric."""
    marts = marts_of(metric, catalogue())
    return [role for role in ROLES if all(reading.warehouse.may_read(Viewer("", (role,)), mart) for mart in marts)]


@st.cache_data(ttl=HEADLINE_SECONDS, max_entries=32, show_spinner=False, hash_funcs=KEYED)
def headlines(
    viewer: Viewer, build_id: str, as_of: datetime, _reading: Reading
) -> tuple[dict[str, str], tuple[str, ...]]:
    """Question → its figure of the last closed month in words, or why there is none; and the figures that were read.

    Their receipts are made where a question is opened, with the passport that shows them.
    """
    said = {question.key: headline(_reading, catalogue()[question.metric]) for question in QUESTIONS}
    return said, tuple(sorted(_reading.noted))


def headline(reading: Reading, metric: Metric) -> str:
    """Such as "MRR $733.3K in December"."""
    when = "after a month" if is_cohort(metric) else f"in {f.month_name(reading.closed)}"
    try:
        if is_cohort(metric):
            value = reading.averages(metric.name, COHORTS, 1).get(1)
        else:
            value = reading.series(metric.name, 1).get(reading.closed)
        if value is None:
            why = "" if is_cohort(metric) else reading.why_null(metric.name, reading.closed).partition(" (")[0]
            return f"n/a {when}{f', {why}' if why else ''}"
    except NotPermitted:
        return NOT_YOURS
    except TookTooLong:
        return TOO_LONG
    except (NotBuilt, QuestionError):
        return NOT_BUILT
    return f"{metric.label} {f.figure(value, metric.unit)} {when}"


def is_cohort(metric: Metric) -> bool:
    """Whether its figures are of cohorts by their age, and none is of a month alone."""
    return metric.kind == "cohort"
