"""A person's mails: the list, and one of them as it was received, in a frame that can do nothing."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from html import escape

import streamlit as st

from app.dashboard import Inbox
from app.mails import Sent
from app.ui import format as f
from app.ui import titles
from app.ui.look import font_faces
from app.ui.markdown import as_it_is
from app.ui.panels import subscribed
from app.ui.panels.frame import Picture, draw_panel
from app.ui.reading import Reading
from app.ui.tables import Cell, Column, table

KINDS = {"alert": "Alert", "report": "Daily report", "subscription": "Subscription",
         "mention": "Mention"}  # fmt: skip
NOTHING = "Reports go out each morning and alerts when there is something to know; what is sent to you is listed here."
NOT_KEPT = "Its content is not kept here. It is in your mailbox."
HARMLESS = (
    "<!doctype html><meta charset='utf-8'><meta http-equiv='Content-Security-Policy' content=\"default-src 'none'; "
    "img-src data:; style-src 'unsafe-inline'; font-src 'self'; form-action 'none'\"><base target='_top'>"
)
"""Stands before the mail: no script, no form, pictures only from inside; the one thing it may fetch are our fonts."""


def draw(reading: Reading, panel: Inbox, key: str) -> None:
    """Reads and draws the panel."""
    sent = reading.warehouse.mails.to(reading.viewer, panel.most)
    if not sent:
        draw_panel(reading, key, Picture(titles.inbox(0), "", "", html=empty_html(NOTHING)))
    elif not reading.warehouse.mails.are_kept:
        draw_panel(reading, key, deliveries(sent, reading))
    else:
        draw_opened(reading, sent, key)
    subscribed.draw(reading, f"{key}_subscribed")


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
    with st.container(key=f"split_{key}"):
        left, right = st.columns([4, 8], gap="medium")
        with left, st.container(key=f"panel_{key}_list"):
            st.html(f'<h2 class="pl-title">{titles.inbox(len(sent))}</h2><div class="pl-subtitle">Newest first</div>')
            chosen = st.radio("Mails to you, newest first", list(known), label_visibility="collapsed",
                              format_func=lambda mail_id: as_it_is(known[mail_id].subject), key=f"inbox_{key}",
                              captions=[f"{kind(mail)} · {when(mail, reading)}{failure(mail)}" for mail in sent],
                              )  # fmt: skip
        with right:
            draw_mail(reading, known[chosen], f"{key}_mail")


def draw_mail(reading: Reading, mail: Sent, key: str) -> None:
    """One mail as it was received."""
    content = reading.warehouse.mails.open(reading.viewer, mail.mail_id)
    html = letter(content, mail.subject) if content is not None else empty_html(mail.error or NOT_KEPT)
    draw_panel(reading, key, Picture(mail.subject, kind(mail), when(mail, reading), html=html))


def letter(content: str, subject: str) -> str:
    """The place where `app/first.js` opens the mail, which it carries along."""
    page = base64.b64encode(f"{HARMLESS}<style>{font_faces()}</style>{content}".encode()).decode()
    return f'<div class="pl-letter" data-pl-letter="{page}" data-pl-title="The mail: {escape(subject)}"></div>'


def empty_html(why: str) -> str:
    return f'<p class="pl-empty">{escape(why)}</p>'


def kind(mail: Sent) -> str:
    return KINDS.get(mail.kind, mail.kind.capitalize())


def when(mail: Sent, reading: Reading) -> str:
    return f.clock_time(mail.sent_at, reading.zone)


def failure(mail: Sent) -> str:
    return "" if mail.result == "sent" else " · not delivered"
