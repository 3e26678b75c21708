"""Questions that nobody had asked before: handed to people, answered by them, and the answers to one's own."""

from __future__ import annotations

from html import escape

import streamlit as st

from app.errors import PlumblineError
from app.ledger.measures import WRITERS
from app.ledger.store import LONGEST, MOST_MINUTES, Handed
from app.login import public_url
from app.ui import format as f
from app.ui.reading import Reading

SAID, ANSWERED = "asked_said", "asked_answered"
WORDS, WHOM = "asked_words", "asked_whom"
WHO = {"analyst": "An analyst", "engineer": "An engineer"}
SEEN = ("Whoever answers sees your name; whoever reads Success measures sees these words and your role. Write no "
        "customer's or person's name.")  # fmt: skip


def draw_waiting(reading: Reading, key: str) -> None:
    """What waits for the reader to answer; nothing for whoever answers none."""
    waiting, said = reading.warehouse.ledger.waiting(reading.viewer), st.session_state.pop(ANSWERED, "")
    if not waiting and not said:
        return
    with st.container(key=f"panel_{key}_waiting"):
        title = count(len(waiting), "question waits", "questions wait") if waiting else "No question waits"
        st.html(f'<h2 class="pl-title">{title} for an answer</h2>')
        if said:
            st.html(f'<p class="pl-said" role="status">{escape(said)}</p>')
        for each in waiting:
            to_answer(reading, each)


def draw_ask(reading: Reading, words: str, key: str) -> None:
    """The form, and what became of the reader's own.

    Args:
        reading: who looks.
        words: what they searched for in vain; nothing where something was found.
        key: of the panel.
    """
    mine = reading.warehouse.ledger.mine(reading.viewer)
    with st.container(key=f"panel_{key}_ask"):
        st.html('<h2 class="pl-title">Not there? Ask people</h2>'
                f'<div class="pl-subtitle">{SEEN}</div>')  # fmt: skip
        if said := st.session_state.pop(SAID, ""):
            st.html(f'<p class="pl-said" role="status">{escape(said)}</p>')
        if words and not st.session_state.get(WORDS):
            st.session_state[WORDS] = words
        st.text_area("What would you like to know?", key=WORDS, max_chars=LONGEST, height=80)
        with st.container(key=f"asked_{key}", horizontal=True, vertical_alignment="bottom"):
            st.segmented_control("Whom", list(WHO), default="analyst", required=True, key=WHOM,
                                 format_func=WHO.__getitem__, width="content")  # fmt: skip
            st.button("Ask", key=f"{key}_ask", type="primary", on_click=_ask, args=(reading,))
        if mine:
            st.html("".join(own_html(reading, each) for each in mine))


def count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def own_html(reading: Reading, each: Handed) -> str:
    """One's own question with its answer, or that it waits."""
    when = f.age(each.asked_at, reading.now)
    if each.answered_at is None:
        told = f'<div class="pl-subtitle">Asked {when}; waits for an {escape(each.to_role)}</div>'
    else:
        name = reading.warehouse.people.name_of(str(each.answered_by)) or str(each.answered_by)
        way = link_html(each.link)
        told = (f"<div>{escape(str(each.answer))}{way}</div>"
                f'<div class="pl-subtitle">Asked {when}; answered {f.age(each.answered_at, reading.now)} by '
                f"{escape(name)}</div>")  # fmt: skip
    return f'<div class="pl-asked"><b>{escape(each.words)}</b>{told}</div>'


def link_html(link: str | None) -> str:
    return f' <a class="pl-way" href="{escape(link)}" target="_self">See the page</a>' if link else ""


def to_answer(reading: Reading, each: Handed) -> None:
    """A question that waits, with the form of its answer closed until it is wanted."""
    name = reading.warehouse.people.name_of(each.asked_by) or each.asked_by
    short = each.question_id[:8]
    told = f"{name}, {', '.join(each.asked_roles).replace('_', ' ')}; {f.age(each.asked_at, reading.now)}; "
    told += "for you" if each.to_role in reading.viewer.roles else f"for an {each.to_role}"
    with st.container(key=f"waits_{short}", horizontal=True, vertical_alignment="center"):
        st.html(f'<div><b>{escape(each.words)}</b><div class="pl-subtitle">{escape(told)}</div></div>', width="stretch")
        with st.popover("Answer", key=f"answer_{short}"):
            st.text_area("Your answer", key=f"answer_words_{short}", max_chars=LONGEST, height=100)
            st.text_input("A page that shows it", key=f"answer_link_{short}", placeholder="/finance?month=October+2026")
            st.number_input("Minutes it took you", 1, MOST_MINUTES, value=None, step=5, key=f"answer_minutes_{short}")
            st.button("Send the answer", key=f"answer_send_{short}", type="primary", on_click=_answer,
                      args=(reading, each.question_id))  # fmt: skip


def _ask(reading: Reading) -> None:
    """The click; the page says what came of it."""
    whom = str(st.session_state.get(WHOM) or WRITERS[0])
    try:
        reading.warehouse.ledger.ask(reading.viewer, str(st.session_state.get(WORDS) or ""), whom)
    except PlumblineError as error:
        st.session_state[SAID] = str(error)
        return
    st.session_state[WORDS] = ""
    st.session_state[SAID] = f"Asked. {WHO[whom]} finds it on this page, and the answer appears here."


def _answer(reading: Reading, question_id: str) -> None:
    short = question_id[:8]
    words, link, minutes = (st.session_state.get(f"answer_{name}_{short}") for name in ("words", "link", "minutes"))
    try:
        reading.warehouse.ledger.answer(
            reading.viewer, question_id, str(words or ""), int(minutes or 0), str(link or ""),
            pages=reading.addresses, own=lambda: public_url(reading.warehouse.settings),
        )  # fmt: skip
        st.session_state[ANSWERED] = "Answered. Whoever asked finds it on this page."
    except PlumblineError as error:
        st.session_state[ANSWERED] = str(error)
