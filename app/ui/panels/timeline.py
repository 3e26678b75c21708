"""The page Timeline: what happened to the company, and the form by which people enter, change and hide events."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from app.access import ROLES
from app.timeline.event import CALLED, ENTERED, LONGEST_TITLE, LONGEST_WORDS, Event, Happening
from app.timeline.store import LONGEST_REASON
from app.ui import event_words as words
from app.ui.acts import act, say
from app.ui.reading import Reading

PAGE = "timeline"
NEW = "A new event"
ALL = "All kinds"


def draw(reading: Reading, key: str) -> None:
    """The form, folded; below it the events."""
    events = reading.warehouse.timeline.listed(reading.viewer)
    today = reading.as_of.astimezone(reading.zone).date()
    with st.container(key=f"panel_{key}"):
        below = "Entered by people or told by sources; drawn on every chart over time"
        st.html(f'<h2 class="pl-title">{escape(words.title(events, today))}</h2><div class="pl-subtitle">{below}</div>')
        is_refused = say(PAGE)
        with st.expander("Enter, change or hide an event", key=f"{key}_form", expanded=is_refused):
            form(reading, {each.key: each for each in events}, f"{key}_entry", today)
        kinds = {ALL: "", **{CALLED[kind]: kind for kind in dict.fromkeys(each.kind for each in events)}}
        kind = kinds[st.selectbox("Kind", list(kinds), key=f"{key}_kind", width=180)] if events else ""
        shown = [each for each in events if kind in ("", each.kind)]
        nothing = words.NOTHING if not events else words.NONE_OF_KIND
        st.html(words.table_html(shown) if shown else f'<p class="pl-empty">{nothing}</p>')


def form(reading: Reading, events: dict[str, Event], key: str, today: date) -> None:
    """Chooses an event, or a new one, and offers what may be done with it."""
    viewer, timeline = reading.viewer, reading.warehouse.timeline
    mine = [each.key for each in events.values() if each.may_change(viewer) or each.may_hide(viewer)]
    chosen = st.selectbox("Event", ["", *mine], key=f"{key}_event",
                          format_func=lambda each: words.label(events[each]) if each else NEW)  # fmt: skip
    event = events.get(chosen or "")
    if event is not None and event.source:
        hiding(reading, event, f"{key}_{event.key}", {f"{key}_event": ""})
        return
    own, again = f"{key}_{chosen}", {f"{key}_event": ""}
    fields(event, own, today)
    if event is None:
        st.button("Enter it", key=f"{own}_add", on_click=act,
                  args=(PAGE, lambda: timeline.add(viewer, typed(own, today)),
                        "It stands on the timeline.", blank(own, today)))  # fmt: skip
        return
    with st.container(horizontal=True):
        st.button("Save", key=f"{own}_save", on_click=act,
                  args=(PAGE, lambda: timeline.change(viewer, event, typed(own, today)), "It is changed.",
                        again))  # fmt: skip
        st.button("Take it back", key=f"{own}_back", on_click=act,
                  args=(PAGE, lambda: timeline.take_back(viewer, event),
                        f"“{event.title}” is off the timeline. Its versions are kept.", again))  # fmt: skip
    st.html(words.versions_html(timeline.versions(viewer, event), reading.zone))


def fields(event: Event | None, key: str, today: date) -> None:
    """What can be typed, as the event has it before somebody changes it."""
    # Not as the field's own first value: one that is also set by a click would have two, of which Streamlit complains.
    st.session_state.setdefault(f"{key}_first", event.first_day if event else today)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox("What happened", ENTERED, key=f"{key}_kind", format_func=CALLED.__getitem__, width=160,
                     index=ENTERED.index(event.kind) if event else 0)  # fmt: skip
        st.date_input("First day", key=f"{key}_first", width=150, format="YYYY-MM-DD")
        st.date_input("Last day, if several", event.last_day if event else None, key=f"{key}_last", width=170,
                      format="YYYY-MM-DD")  # fmt: skip
    st.text_input("Title", event.title if event else "", key=f"{key}_title", max_chars=LONGEST_TITLE)
    st.text_area("Words", event.words if event else "", key=f"{key}_words", max_chars=LONGEST_WORDS, height=90)
    st.multiselect("Seen by", ROLES, event.roles if event else (), key=f"{key}_roles",
                   format_func=lambda role: role.replace("_", " "),
                   placeholder="Everybody who has a role")  # fmt: skip


def typed(key: str, today: date) -> Happening:
    """What the fields hold at the click: not what they held when the page was last drawn."""
    kind, first, last, title, said, roles = (
        st.session_state[f"{key}_{name}"] for name in ("kind", "first", "last", "title", "words", "roles")
    )
    return Happening(kind, first or today, last, title, said, tuple(roles))


def blank(key: str, today: date) -> dict[str, Any]:
    """What the fields of a new event begin with."""
    first: dict[str, Any] = {"kind": ENTERED[0], "first": today, "last": None, "title": "", "words": "", "roles": []}
    return {f"{key}_{name}": value for name, value in first.items()}


def hiding(reading: Reading, event: Event, key: str, again: Mapping[str, Any]) -> None:
    """What a source told is not changed here: it can be hidden, with a reason that everybody reads."""
    st.html(f'<p class="pl-more">From {escape(event.by)}. It cannot be changed here, only hidden from charts.</p>')
    st.text_input("Why", key=f"{key}_why", max_chars=LONGEST_REASON)
    is_hidden = not event.hidden
    word, done = ("Hide it", "is hidden from every chart") if is_hidden else ("Show it again", "is shown again")
    st.button(word, key=f"{key}_hide", on_click=act,
              args=(PAGE, lambda: reading.warehouse.timeline.hide(
                  reading.viewer, event.key, st.session_state[f"{key}_why"], is_hidden=is_hidden),
                  f"“{event.title}” {done}.", again))  # fmt: skip
