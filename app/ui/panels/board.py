"""Board packs: freeze a month's figures under a name; a pack as it was frozen, what has changed since, and why."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta, tzinfo
from html import escape

import streamlit as st

from app.board.opened import OpenedPack
from app.board.packs import FREEZERS
from app.board.store import Pack
from app.errors import PlumblineError
from app.ui import board_words as words
from app.ui import format as f
from app.ui.markdown import as_it_is
from app.ui.panels.frame import Picture, draw_panel, empty
from app.ui.reading import Reading
from app.ui.tables import Cell, Column, table

SAID = "board_said"
MONTHS = 24
NOTHING = (
    "A pack keeps a month's figures for good, each with its receipt: later loads never change it, and this page lists "
    "what has changed since and why. "
)


def draw(reading: Reading, key: str) -> None:
    """The packs at the left, the chosen one at the right, and the way to a new one where the viewer may freeze."""
    packs = reading.warehouse.board.packs()
    if said := st.session_state.pop(SAID, ""):
        st.html(f'<p class="pl-empty" role="status">{escape(said)}</p>')
    with st.container(key=f"split_{key}"):
        left, right = st.columns([4, 8], gap="medium")
        with left, st.container(key=f"panel_{key}_list"):
            chosen = choose(reading, packs, key)
            if set(FREEZERS) & set(reading.viewer.roles):
                draw_form(reading, key)
        with right:
            if chosen is None:
                may = "Give the first one a name, and freeze it." if set(FREEZERS) & set(reading.viewer.roles) else (
                    f"The roles {' and '.join(FREEZERS)} freeze one."
                )
                draw_panel(reading, key, empty("Nothing is frozen yet", NOTHING + may))
            else:
                draw_pack(reading, reading.warehouse.board.open(reading.viewer, chosen), key)


def choose(reading: Reading, packs: Sequence[Pack], key: str) -> Pack | None:
    """The list; the newest is open at first."""
    title = f"{f.number(len(packs))} board pack{'' if len(packs) == 1 else 's'}" if packs else "No board pack"
    st.html(f'<h2 class="pl-title">{title}</h2><div class="pl-subtitle">Newest first. None is ever changed</div>')
    if not packs:
        return None
    names = {pack.name: pack for pack in packs}
    captions = [
        as_it_is(f"{f.month_year(pack.month)} · frozen {f.clock_time(pack.made_at, reading.zone)} by {pack.made_by}")
        for pack in packs
    ]
    return names[st.radio("Board packs", list(names), captions=captions, label_visibility="collapsed",
                          format_func=as_it_is, key=f"packs_{key}", width="stretch")]  # fmt: skip


def draw_form(reading: Reading, key: str) -> None:
    """A name, a month, a note; nothing else can be wrong."""
    with st.form(f"freeze_{key}", border=False):
        st.html('<h3 class="pl-part">Freeze a month</h3>')
        name = st.text_input("Name", placeholder="Board Q3 2026", max_chars=80)
        month = st.selectbox("Month", closed_months(reading.closed), format_func=f.month_year)
        note = st.text_input("What it is for", max_chars=500)
        if st.form_submit_button("Freeze"):
            freeze(reading, name, month, note)
            st.rerun()


def closed_months(last: date) -> list[date]:
    """The months that are over, newest first."""
    months = [last]
    while len(months) < MONTHS:
        months.append((months[-1] - timedelta(days=1)).replace(day=1))
    return months


def freeze(reading: Reading, name: str, month: date, note: str) -> None:
    """The click; what may be done is judged by the warehouse, and said on the page."""
    now = reading.as_of.astimezone(reading.zone)
    try:
        pack = reading.warehouse.board.freeze(reading.viewer, name, month, as_of=now, note=note)
        st.session_state[SAID] = f"{pack.name} is frozen. Print its fingerprint with it: {pack.fingerprint}."
    except PlumblineError as error:
        st.session_state[SAID] = str(error)


def draw_pack(reading: Reading, opened: OpenedPack, key: str) -> None:
    """One pack: its figures as they were, what became of them, why, and what signs it."""
    pack = opened.pack
    when = words.compared_when(opened, reading.zone) or "Not compared yet"
    subtitle = f"{pack.name}, {f.month_year(pack.month)}" + (f". {pack.note}" if pack.note else "")
    draw_panel(reading, key, Picture(words.finding(opened), subtitle, when, html=pack_html(opened, reading.zone)))
    st.button("Compare now", key=f"compare_{key}", on_click=compare, args=(reading, pack),
              help="Asks each figure again, and notes what has changed and why.")  # fmt: skip


def compare(reading: Reading, pack: Pack) -> None:
    """The click."""
    try:
        reading.warehouse.board.compare(reading.viewer, pack)
    except PlumblineError as error:
        st.session_state[SAID] = str(error)


def pack_html(opened: OpenedPack, zone: tzinfo) -> str:
    """The pack as a table; the reasons stand at the first line of a figure that changed."""
    columns = (
        Column("Figure"), Column("Frozen", is_number=True), Column("Since"), Column("Why", is_prose=True),
        Column("Receipt", is_extra=True),
    )  # fmt: skip
    rows: list[tuple[Cell | str, ...]] = []
    for one in opened.figures:
        why = " ".join(words.causes(one))
        for row in words.frozen_rows(one):
            since = words.change_words(one, row)
            changed = since.startswith(words.CHANGED)
            meaning = "act" if since.startswith(words.ALTERED) else "stale" if changed else "still"
            told = why if changed or words.is_unanswerable(one) else ""
            rows.append((row.label, row.value, Cell(since, meaning), told, row.receipt))
            why = "" if told else why
    pack = opened.pack
    said = [*([] if opened.is_whole else [words.NOT_WHOLE]), *words.doubts(opened, zone)]
    alerts = "".join(f'<p class="pl-empty" role="alert">{escape(each)}</p>' for each in said)
    foot = escape(
        f"Frozen as of {f.long_day(pack.as_of.astimezone(zone))} by {pack.made_by}. Fingerprint {pack.fingerprint}"
    )
    return table(columns, rows, caption=f"The figures of {pack.name}") + f'{alerts}<p class="pl-more">{foot}</p>'
