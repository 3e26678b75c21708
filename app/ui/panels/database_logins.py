"""Logins of one's own: one to ask for, its password once, what to copy into a tool, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.database_access import LONGEST_DAYS, LONGEST_NAME, OVERSEER, Login
from app.errors import PlumblineError
from app.ui import format as f
from app.ui import login_words as words
from app.ui.reading import Reading
from app.ui.tables import Cell, Column, table

SAID, SHOWN = "database_login_said", "database_login_shown"
LOOK_AGAIN_SECONDS = 2
DAYS = (7, 30, LONGEST_DAYS)
NOTHING = "None yet. Ask for one above: it reads what your role reads here, and nothing else."
MEANING = {"being made": "running", "ready": "still", "failed": "missed", "ending": "running", "ended": "still"}


def draw(reading: Reading, key: str) -> None:
    """What can be asked for, then the list; it looks again by itself while one is being made or ended."""
    access = reading.warehouse.database_access
    said = st.session_state.pop(SAID, "")
    with st.container(key=f"panel_{key}_ask"):
        st.html('<h2 class="pl-title">Read the marts with a tool of your own</h2><div class="pl-subtitle">A login for '
                "psql, Tableau or Looker with the rights of your role, until a day that you choose</div>")  # fmt: skip
        if said:
            st.html(f'<p class="pl-said" role="status">{escape(said)}</p>')
        reason = access.why_not()
        if reason:
            st.html(f'<p class="pl-empty" role="alert">{escape(reason)}</p>')
        else:
            form(reading, key)
        shown(reading, key)
    waits = any(each.state in ("being made", "ending") for each in access.of(reading.viewer))

    @st.fragment(run_every=LOOK_AGAIN_SECONDS if waits else None)
    def logins() -> None:
        known = access.of(reading.viewer)
        if waits and not any(each.state in ("being made", "ending") for each in known):
            st.rerun()
        listed(reading, known, "Yours", f"{key}_mine")

    logins()
    if OVERSEER in reading.viewer.roles:
        others = [each for each in access.every(reading.viewer) if each.email != reading.viewer.email]
        if others:
            listed(reading, others, "Everybody else's", f"{key}_others")


def form(reading: Reading, key: str) -> None:
    """A role, what for, how long; the button."""
    roles = reading.warehouse.database_access.roles_of(reading.viewer)
    with st.container(key=f"database_form_{key}", horizontal=True, vertical_alignment="bottom"):
        role = st.selectbox("Role", roles, key=f"database_role_{key}", format_func=str.capitalize, width=150)
        tool = st.text_input("What for", key=f"database_tool_{key}", max_chars=LONGEST_NAME, width=240,
                             placeholder="Tableau on my laptop")  # fmt: skip
        days = st.selectbox("Ends in", DAYS, 1, key=f"database_days_{key}", format_func="{} days".format, width=120)
        st.button("Make a login", key=f"database_make_{key}", type="primary", on_click=ask,
                  args=(reading, str(role), tool, int(days or DAYS[0])))  # fmt: skip


def ask(reading: Reading, role: str, tool: str, days: int) -> None:
    """The click. The password lives in this browser's session until it is put away, and nowhere else."""
    try:
        made, password = reading.warehouse.database_access.ask(reading.viewer, role, tool, days)
        st.session_state[SHOWN] = (reading.viewer.email, made.login, password)
    except PlumblineError as error:
        st.session_state[SAID] = str(error)


def shown(reading: Reading, key: str) -> None:
    """The password of a login that was just asked for, and what a tool wants to know; until it is put away."""
    email, login, password = st.session_state.get(SHOWN, ("", "", ""))
    if not login or email != reading.viewer.email:
        st.session_state.pop(SHOWN, None)
        return
    server = reading.warehouse.database_access.server()
    with st.container(key=f"database_shown_{key}"):
        st.html('<h3 class="pl-part">Its password, shown once</h3><p class="pl-more">Nobody can show it again, we '
                "neither: keep it where your tool keeps passwords. The login is ready when the list below says "
                "so.</p>")  # fmt: skip
        st.code(password, language=None)
        for title, lines in words.ways(server, login):
            st.html(f'<p class="pl-more"><b>{escape(title)}</b></p>')
            st.code(lines, language=None)
        if server.is_here:
            st.html(f'<p class="pl-more" role="note">{escape(words.only_here(server))}</p>')
        st.button("I have kept it", key=f"database_kept_{key}", on_click=lambda: st.session_state.pop(SHOWN, None))


def listed(reading: Reading, known: Sequence[Login], title: str, key: str) -> None:
    """Each login with its state, and the way to end it."""
    with st.container(key=f"panel_{key}"):
        st.html(f'<h2 class="pl-title">{title}: {escape(words.counted(known))}</h2>'
                f'<div class="pl-subtitle">{words.SEEN}</div>')  # fmt: skip
        if not known:
            st.html(f'<p class="pl-empty">{NOTHING}</p>')
            return
        st.html(table_html(reading, known))
        live = {str(each.login_id): each for each in known if each.ended_at is None and each.revoked_at is None}
        if live:
            with st.container(key=f"database_end_{key}", horizontal=True, vertical_alignment="bottom"):
                chosen = st.selectbox("Login to revoke", list(live), key=f"database_chosen_{key}", width=320,
                                      format_func=lambda one: words.called(live[one]))  # fmt: skip
                st.button("Revoke", key=f"database_revoke_{key}", on_click=revoke, args=(reading, str(chosen)))


def revoke(reading: Reading, login_id: str) -> None:
    """The click; the page says what came of it."""
    try:
        gone = reading.warehouse.database_access.revoke(reading.viewer, login_id)
        st.session_state[SAID] = f"{gone.tool} ({gone.login}) is being ended; its connections end with it."
    except PlumblineError as error:
        st.session_state[SAID] = str(error)


def table_html(reading: Reading, known: Sequence[Login]) -> str:
    columns = (Column("What for"), Column("State"), Column("As"), Column("Ends"), Column("Last seen"))
    rows = [
        (Cell(each.tool, note=words.whose(each, reading.viewer.email)),
         Cell(words.standing(each), MEANING[each.state]), each.role,
         f.clock_time(each.ended_at or each.ends_at, reading.zone),
         f.clock_time(each.last_seen_at, reading.zone) if each.last_seen_at else "never")
        for each in known
    ]  # fmt: skip
    return table(columns, rows, caption="Logins for other tools, those that still let in first")
