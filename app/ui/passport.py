"""The passport of a number: what it means, who answers for it, how fresh and how sure it is, where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from html import escape
from zoneinfo import ZoneInfo

import sqlglot
import streamlit as st
from sqlglot.errors import SqlglotError

from app.metrics import Metric
from app.receipts.form import spoken
from app.ui import format as f
from app.ui.reading import Reading
from app.warehouse import BuildFailure, Passport

UNKNOWN = "not yet"
QUOTED = re.compile(r"""'(?:[^']|'')*'|"[^"]*"|[^'"]+""")


def pretty(sql: str) -> str:
    """The statement laid out for people, in small letters; as it came when it cannot be parsed."""
    try:
        laid_out = sqlglot.transpile(sql, read="postgres", write="postgres", pretty=True)[0]
    except SqlglotError:
        return sql
    return QUOTED.sub(lambda part: part[0] if part[0][0] in "'\"" else part[0].lower(), laid_out)


def moment(when: datetime | None, now: datetime, zone: ZoneInfo) -> str:
    return f"{f.clock_time(when, zone)} ({f.age(when, now)})" if when else UNKNOWN


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
        f'<div class="pl-loss">The newest build failed: {escape(moment(failed.at, now, zone))}. '
        f"{escape(failed.reason)} The figure is that of the build before.</div>"
    )


def receipt_html(receipts: Sequence[str]) -> str:
    """The receipts' ids, each chosen whole by one click, to be copied or read out."""
    return "<br>".join(f'<span class="pl-receipt">{spoken(each)}</span>' for each in receipts)


def rows_html(metric: Metric, passport: Passport, now: datetime, zone: ZoneInfo, receipts: Sequence[str] = ()) -> str:
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
    body = "".join(f"<tr><th>{name}</th><td>{text}</td></tr>" for name, text in lines)
    return f'<table class="pl-passport">{body}</table>'


def exact(value: float | None, unit: str) -> str:
    """The figure unrounded as far as its unit goes."""
    if value is None:
        return f.MISSING
    if unit == "usd":
        return f"{f.MINUS if value < 0 else ''}${f.number(abs(value), 2)}"
    if unit == "times":
        return f"{f.number(value, 4)}{f.TIMES}"
    return f.percent(value, 2) if unit == "ratio" else f"{f.number(value, 0 if unit == 'count' else 1)} {unit}"


def page_html(reading: Reading, name: str, month: date | None, value: float | None) -> tuple[str, str]:
    """One metric's passport: its HTML and its SQL."""
    metric, passport = reading.metric(name), reading.passport(name)
    exactly = ""
    if month:
        exactly = f'<p class="pl-exact">{escape(f.month_year(month))}: <b>{exact(value, metric.unit)}</b></p>'
    head = f'<div class="pl-passport-name">{escape(metric.label)}</div><p>{escape(passport.definition)}</p>{exactly}'
    receipts = reading.receipts.get(name, [])
    return head + rows_html(metric, passport, reading.now, reading.zone, receipts), passport.sql


def popover(reading: Reading, names: Sequence[str], *, label: str, key: str, month: date | None = None,
            value: float | None = None) -> None:  # fmt: skip
    """A quiet button that opens the passports of the metrics a tile or panel shows; the first in full."""
    with st.popover(label, type="tertiary", key=f"passport_{key}"):
        for index, name in enumerate(names):
            body, sql = page_html(reading, name, month if not index else None, value if not index else None)
            st.html(f'<div class="pl-passport-page">{body}</div>')
            st.code(pretty(sql), language="sql", wrap_lines=True)
