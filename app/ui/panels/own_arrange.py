"""Arranging a dashboard: its cards dragged or moved by keyboard on a desk, from lists on a phone."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from app.own.cards import name_of
from app.own.layout import SIZES, Card, Kind, Layout, Size
from app.own.store import SavedDashboard
from app.ui.component import mounted
from app.ui.panels import own_acts as acts
from app.ui.reading import Reading

SAID: Mapping[Size, str] = {"third": "A third", "half": "Half", "two_thirds": "Two thirds", "whole": "The whole row"}
WHAT: Mapping[Kind, str] = {"report": "report", "tile": "tile", "trend": "line", "query": "SQL", "words": "words"}


def draw(reading: Reading, saved: SavedDashboard, key: str) -> None:
    """The cards, and below them the same from lists."""
    if not saved.content.cards:
        return
    heard = f"{key}_cards"
    with st.container(key=f"drag_{key}"):
        cards = [{"key": card.key, "name": name_of(card), "kind": WHAT[card.kind], "size": card.size}
                 for card in saved.content.cards]  # fmt: skip
        data = {"cards": cards, "version": saved.version, "refused": st.session_state.get(acts.REFUSED, 0)}
        mounted("arrange", "arrange", key=heard, data=data, on_act_change=partial(acts.arranged, reading, saved, heard))
    with st.container(key=f"lists_switch_{key}"):
        is_open = st.toggle("Choose from lists", key=f"{key}_lists")
    with st.container(key=f"lists_{'open' if is_open else 'shut'}_{key}"):
        lists(reading, saved, key)


def lists(reading: Reading, saved: SavedDashboard, key: str) -> None:
    """One card at a time: where it stands, how wide it is, what its words are."""
    known = {card.key: card for card in saved.content.cards}
    order = list(known)

    def said(one: str) -> str:
        return f"{name_of(known[one])}, {order.index(one) + 1} of {len(order)}" if one in known else ""

    with st.container(key=f"lists_row_{key}", horizontal=True, vertical_alignment="bottom"):
        chosen = str(st.selectbox("Card", order, key=f"{key}_card", format_func=said, width=320))
        card, at = known[chosen], order.index(chosen)
        width = f"{key}_width_{chosen}"
        st.session_state[width] = card.size
        st.selectbox("Width", SIZES, key=width, width=160, format_func=lambda one: SAID[one],
                     on_change=lambda: step(reading, saved, card, size=str(st.session_state[width])))  # fmt: skip
        st.button("Earlier", key=f"{key}_earlier", disabled=at == 0, on_click=step, args=(reading, saved, card, -1))
        st.button("Later", key=f"{key}_later", disabled=at == len(order) - 1, on_click=step,
                  args=(reading, saved, card, 1))  # fmt: skip
        st.button("Take away", key=f"{key}_take", on_click=step, args=(reading, saved, card, 0))
    if card.kind == "words":
        names = (f"{key}_heading_{chosen}", f"{key}_words_{chosen}")
        st.session_state.setdefault(names[0], card.name)
        st.session_state.setdefault(names[1], card.text)
        st.text_input("Heading", key=names[0], max_chars=120)
        st.text_area("Words", key=names[1], max_chars=2_000, height=120)
        st.button("Keep the words", key=f"{key}_keep_words", on_click=acts.put_words,
                  args=(reading, saved, *names, chosen))  # fmt: skip


def step(reading: Reading, saved: SavedDashboard, card: Card, by: int = 0, size: str = "") -> None:
    """The click: earlier, later, wider, or away."""

    def made() -> Layout:
        if size:
            return saved.content.sized(card.key, size)
        return saved.content.moved(card.key, by) if by else saved.content.without(card.key)

    said = "Arranged." if size or by else f"“{name_of(card)}” is taken away."
    acts.keep(reading, saved, made, said)
