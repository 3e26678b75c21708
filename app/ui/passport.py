"""The passport of a number: what it means, who answers for it, how fresh and how sure it is, where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from html import escape
from zoneinfo import ZoneInfo

import sqlglot
from sqlglot.errors import SqlglotError

from app.comments.thread import Thread
from app.metrics import Metric
from app.receipts.form import spoken
from app.ui import format as f
from app.ui.comment_words import COMMENTS, address, passport_html
from app.ui.exactly import exact
from app.ui.reading import Reading
from app.ui.since import since
from app.ui.tables import way
from app.ui.ways import way_to, way_to_dashboard
from app.warehouse import BuildFailure, Passport

UNKNOWN = "not yet"
QUOTED = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|[^'"]+""")


@lru_cache(maxsize=1024)
def pretty(sql: str) -> str:
    """The statement laid out for people, in small letters; as it came when it cannot be parsed."""
    try:
        laid_out = sqlglot.transpile(sql, read="postgres", write="postgres", pretty=True)[0]
    except SqlglotError:
        return sql
    return QUOTED.sub(lambda part: part[0] if part[0][0] in "'\"" else part[0].lower(), laid_out)


def moment(when: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    """A time with its age, as HTML."""
    return f"{escape(f.clock_time(when, zone))} ({since(when, now)})" if when else UNKNOWN


def promises_html(kept: Sequence[str], broken: Sequence[str], warned: Sequence[str] = ()) -> str:
    """How many promises are kept; each that is broken or warns by its name."""
    count = len(kept) + len(broken) + len(warned)
    if not count:
        return "no promise checked yet"
    if len(kept) == count:
        return f'<span class="pl-gain">{count} of {count} promises kept</span>'
    names = "".join(f'<div class="pl-loss">Broken: {escape(name)}</div>' for name in broken)
    names += "".join(f'<div class="pl-stale">Warned: {escape(name)}</div>' for name in warned)
    return f"{len(kept)} of {count} promises kept{names}"


def failed_html(failed: BuildFailure | None, now: datetime, zone: ZoneInfo) -> str:
    """That the newest build failed, when and why; nothing where it held."""
    if failed is None:
        return ""
    return (
        f'<div class="pl-loss">The newest build failed: {moment(failed.at, now, zone)}. '
        f"{escape(failed.reason)} The figure is that of the build before.</div>"
    )


def receipt_html(receipts: Sequence[str]) -> str:
    """The receipts' ids, each chosen whole by one click, to be copied or read out."""
    return "<br>".join(f'<span class="pl-receipt">{spoken(each)}</span>' for each in receipts)


def way_html(reading: Reading, name: str, month: date | None) -> str:
    """The way to what a figure is made of, for whom it leads somewhere."""
    href = way_to(reading, name, month or reading.closed)
    if not href:
        return ""
    is_of_records = reading.warehouse.drill.leads_to(reading.viewer, name) == "records"
    return way("See the records behind it" if is_of_records else "See the figures it is made of", href)


def rows_html(metric: Metric, passport: Passport, now: datetime, zone: ZoneInfo, receipts: Sequence[str] = (),
              way_on: str = "", put_on: str = "") -> str:  # fmt: skip
    """The passport's lines as a definition table."""
    certified = metric.certified
    arrow = '<span class="pl-arrow"></span>'
    where = zone.key.replace("_", " ")
    data_until = f"{f.clock_time(passport.data_until, zone)} {where}" if passport.data_until else UNKNOWN
    checked = moment(passport.checked_at, now, zone)
    promises = promises_html(passport.promises_kept, passport.promises_broken, passport.promises_warned)
    lines = [
        ("Owner", escape(passport.owner.replace("_", " ").capitalize())),
        ("Certified", f"by the {escape(certified.by.upper())}, {f.short_date(certified.on)}, version "
                      f"{certified.version}"),
        ("Data until", escape(data_until) + failed_html(passport.build_failed, now, zone)),
        ("Checked", f"{checked}<br>{promises}"),
    ]  # fmt: skip
    if passport.worked_out_as:
        lines.append(("Worked out as", escape(passport.worked_out_as)))
    if passport.comes_from:
        lines.append(("Comes from", arrow.join(f"<span>{escape(step)}</span>" for step in passport.comes_from)))
    if receipts:
        lines.append(("Receipt" if len(receipts) == 1 else "Receipts", receipt_html(receipts)))
    if way_on:
        lines.append(("Made of", way_on))
    if put_on:
        lines.append(("Keep in view", put_on))
    body = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in lines)
    return f'<table class="pl-passport">{body}</table>'


def page_html(reading: Reading, name: str, month: date | None, value: float | None) -> tuple[str, str]:
    """One metric's passport: its HTML and its SQL."""
    metric, passport = reading.metric(name), reading.passport(name, month)
    exactly = ""
    if month:
        exactly = f'<p class="pl-exact">{escape(f.month_year(month))}: <b>{exact(value, metric.unit)}</b></p>'
    head = f'<div class="pl-passport-name">{escape(metric.label)}</div><p>{escape(passport.definition)}</p>{exactly}'
    receipts = reading.receipts.get(name, [])
    way_on = way_html(reading, name, month)
    put_on = way_to_dashboard(reading, "metric", name)
    return head + rows_html(metric, passport, reading.now, reading.zone, receipts, way_on, put_on), passport.sql


def commented(reading: Reading, name: str, month: date | None) -> tuple[Thread, ...]:
    """The open threads on a figure as the page shows it: of its month, with its filters."""
    at, where = month or reading.closed, reading.narrowed(name)
    return reading.warehouse.comments.open_on(reading.viewer, name, at, where)


def comments_html(reading: Reading, name: str, month: date | None, value: float | None, index: int) -> str:
    """What is said of a figure and the way to say more, where the reader has that page."""
    if COMMENTS not in reading.pages:
        return ""
    at = (month if not index else None) or reading.closed
    href = address(name, at, reading.narrowed(name), reading.page)
    now = value if month and not index else None
    return passport_html(commented(reading, name, at), reading.metric(name), now, reading.zone, href)


def sql_html(sql: str) -> str:
    """The statement, and a button that copies it (`app/first.js`)."""
    return (
        '<div class="pl-sql"><button type="button" data-pl-copy>Copy SQL</button>'
        f"<pre><code>{escape(pretty(sql))}</code></pre></div>"
    )


def opener_html(reading: Reading, names: Sequence[str], *, label: str, key: str, month: date | None = None,
                value: float | None = None) -> str:  # fmt: skip
    """A quiet button, and the passports that it opens of the metrics a tile or panel shows; the first in full.

    The browser opens them by itself, and `app/first.js` says where: as HTML they go along with the figure they are of,
    where a popover of Streamlit's would be three messages more for each.
    """
    pages = []
    for index, name in enumerate(names):
        body, sql = page_html(reading, name, month if not index else None, value if not index else None)
        said = comments_html(reading, name, month, value, index)
        pages.append(f'<div class="pl-passport-page">{body}{said}{sql_html(sql)}</div>')
    place = f"pl-passport-{key}"
    return (
        f'<button type="button" class="pl-opens" popovertarget="{place}">{escape(label)}</button>'
        f'<div popover id="{place}" class="pl-opened" role="dialog" aria-label="{escape(label)}">{"".join(pages)}</div>'
    )
