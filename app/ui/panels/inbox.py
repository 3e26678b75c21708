"""A person's mails: the list, and one of them as it was received, in a frame that can do nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.dashboard import Inbox
from app.mails import Sent
from app.ui import format as f
from app.ui import titles
from app.ui.panels.frame import Picture, draw_panel
from app.ui.reading import Reading
from app.ui.tables import Cell, Column, table

KINDS = {"alert": "Alert", "report": "Daily report"}
HEIGHT = 760
NOTHING = "Reports go out each morning and alerts when there is something to know; what is sent to you is listed here."
NOT_KEPT = "Its content is not kept here. It is in your mailbox."
HARMLESS = (
    "<!doctype html><meta charset='utf-8'><meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; "
    "img-src data:; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">"
)
"""Stands before the mail: no script, no request to anywhere, pictures only from inside, no form."""


def draw(reading: Reading, panel: Inbox, key: str) -> None:
    """Reads and draws the panel."""
    sent = reading.warehouse.mails_to(reading.viewer, panel.most)
    if not sent:
        draw_panel(reading, key, Picture(titles.inbox(0), "", "", html=f'<p class="pl-empty">{escape(NOTHING)}</p>'))
    elif not reading.warehouse.keeps_mail:
        draw_panel(reading, key, deliveries(sent, reading))
    else:
        draw_opened(reading, sent, key)


def deliveries(sent: Sequence[Sent], reading: Reading) -> Picture:
    """What was sent to this person, where only that it was sent is known."""
    columns = (Column("Subject"), Column("Kind"), Column("Outcome"), Column("When"), Column("What went wrong"))
    rows = [
        (mail.subject, kind(mail), Cell(mail.result, "still" if mail.result == "sent" else "missed"),
         when(mail, reading), (mail.error or "").partition("\n")[0])
        for mail in sent
    ]  # fmt: skip
    html = table(columns, rows, caption="Mails to you")
    return Picture(titles.inbox(len(sent)), "Newest first. The mails themselves are in your mailbox", "", html=html)


def draw_opened(reading: Reading, sent: Sequence[Sent], key: str) -> None:
    """The list at the left, the chosen mail at the right; the newest is open at first."""
    known = {mail.mail_id: mail for mail in sent}
    with st.container(key=f"row_{key}"):
        left, right = st.columns([4, 8], gap="medium")
        with left, st.container(key=f"panel_{key}_list"):
            st.html(f'<h2 class="pl-title">{titles.inbox(len(sent))}</h2><div class="pl-subtitle">Newest first</div>')
            chosen = st.radio("Mails to you, newest first", list(known), label_visibility="collapsed",
                              format_func=lambda mail_id: known[mail_id].subject, key=f"inbox_{key}",
                              captions=[f"{kind(mail)} · {when(mail, reading)}{failure(mail)}" for mail in sent],
                              )  # fmt: skip
        with right:
            draw_mail(reading, known[chosen], f"{key}_mail")


def draw_mail(reading: Reading, mail: Sent, key: str) -> None:
    """One mail as it was received."""
    content = reading.warehouse.open_mail(reading.viewer, mail.mail_id)
    html = "" if content is not None else f'<p class="pl-empty">{escape(mail.error or NOT_KEPT)}</p>'
    draw_panel(reading, key, Picture(mail.subject, kind(mail), when(mail, reading), html=html))
    if content is not None:
        with st.container(key=f"letter_{key}"):
            st.iframe(HARMLESS + content, height=HEIGHT, alt=f"The mail: {mail.subject}")


def kind(mail: Sent) -> str:
    return KINDS.get(mail.kind, mail.kind.capitalize())


def when(mail: Sent, reading: Reading) -> str:
    return f.clock_time(mail.sent_at, reading.zone)


def failure(mail: Sent) -> str:
    return "" if mail.result == "sent" else " · not delivered"
