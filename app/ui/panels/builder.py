"""The report builder: fields, shelves and options, and below them at once what they show.

The draft stands in the address and nowhere else, so that a link shows the same. Whatever comes from the browser is
judged as an address is: what means nothing is not taken, and the reason is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from html import escape
from typing import Any

import streamlit as st

from app.reports import shelves as put_on
from app.reports.choices import choices, kinds, wrong
from app.reports.report import KINDS, Report
from app.reports.shapes import NAMES
from app.reports.shelves import SHELVES
from app.ui import shelves
from app.ui.choice import values, worded
from app.ui.panels import builder_lists, builder_options
from app.ui.panels import report_acts as acts
from app.ui.panels.frame import draw_panel, plain
from app.ui.panels.report_acts import Draft
from app.ui.panels.saved import drawn
from app.ui.reading import Reading


def draw(reading: Reading, found: Draft, key: str) -> None:
    """Draws the builder."""
    report, today = found.report, reading.as_of.astimezone(reading.zone).date()
    names = reading.warehouse.visible_metrics(reading.viewer)
    head(reading, found, key)
    offered = choices(report, names, today)
    hear = partial(heard, report, today, f"{key}_shelves")
    with st.container(key=f"drag_{key}"):
        shelves.draw(report, offered, kinds(report, today), f"{key}_shelves", hear)
    builder_lists.draw(report, offered, today, key)
    builder_options.draw(reading, report, today, key)
    narrow(reading, report, key)
    own = replace(reading, receipts={})
    draw_panel(own, f"{key}_preview", drawn(own, report))


def head(reading: Reading, found: Draft, key: str) -> None:
    """What is being built, and the way to keep it."""
    saved, is_own = found.saved, found.is_of(reading.viewer.email)
    name = saved.title if saved else "A new report"
    state = "not saved yet" if saved is None else (
        f"version {found.version}{', changed' if found.is_changed else ''}" if is_own else f"by {saved.owner_name}"
    )
    with st.container(key=f"toolbar_{key}", horizontal=True, vertical_alignment="bottom"):
        said = f"{state[:1].upper()}{state[1:]}. Its address is its link: it shows the same to whoever may see it."
        st.html(f'<h2 class="pl-report">{escape(name)}</h2><p class="pl-lead">{escape(said)}</p>', width="stretch")
        st.button("All reports", key=f"{key}_all", on_click=acts.SHELF.shut)
        if is_own:
            st.button("Save", key=f"{key}_save", type="primary", disabled=not found.is_changed,
                      on_click=acts.save, args=(reading, found))  # fmt: skip
        label, weight = ("Save as", "secondary") if is_own else ("Save", "primary")
        with st.popover(label, key=f"{key}_save_as", type=weight):  # type: ignore[arg-type]
            names = (f"{key}_title", f"{key}_note")
            st.text_input("Name", key=names[0], max_chars=80, placeholder="MRR by product")
            st.text_input("What it is for", key=names[1], max_chars=500)
            st.button("Keep it", key=f"{key}_keep", type="primary", on_click=acts.save_as,
                      args=(reading, found, *names))  # fmt: skip


def heard(report: Report, today: date, key: str) -> None:
    """Takes what was dragged, typed or clicked on the shelves, where it means something."""
    act = (st.session_state.get(key) or {}).get("act")
    made = answer(report, act) if isinstance(act, Mapping) else None
    if made is None or act is None:
        return
    reason = wrong(made, today)
    if reason and act["do"] != "take":
        st.session_state[acts.SHELF.said] = ("refused", plain(reason))
    else:
        acts.put(made)


def answer(report: Report, act: Mapping[str, Any]) -> Report | None:
    """The report after an act of the shelves; None for what is none."""
    name, shelf, at = str(act.get("name", ""))[:100], act.get("shelf"), act.get("at")
    kind = next((each for each in KINDS if each == name), None)
    if act.get("do") == "kind" and kind:
        return put_on.fitted(report, kind)
    if shelf not in SHELVES:
        return None
    if act.get("do") == "take":
        return put_on.take(report, shelf, name)
    if act.get("do") == "add" and name:
        place = min(max(at, 0), 20) if isinstance(at, int) else None
        return put_on.add(report, shelf, name, place)
    return None


def narrow(reading: Reading, report: Report, key: str) -> None:
    """The values to keep of each dimension that narrows the report."""
    if not report.filters:
        return
    with st.container(key=f"narrow_{key}", horizontal=True, vertical_alignment="bottom"):
        for each in report.filters:
            asked = each.by, report.values, reading.viewer, reading.build, reading.warehouse
            known = worded(each.by, values(*asked) if report.values else [])
            said = {value: words for words, value in known.items()}
            widget = f"{key}_only_{each.by}"
            st.session_state[widget] = [said.get(value, value) for value in each.values]
            st.multiselect(
                f"Only {shelves.label_of(each.by)}", sorted({*known, *st.session_state[widget]}), key=widget, width=320,
                placeholder="All of them", max_selections=50, on_change=partial(kept, report, each.by, known, widget),
            )  # fmt: skip


def kept(report: Report, dimension: str, known: Mapping[str, str], widget: str) -> None:
    """Takes the values that were chosen."""
    chosen = tuple(known.get(words, words) for words in st.session_state[widget])
    acts.put(put_on.narrowed(report, dimension, chosen))


__all__ = ["NAMES", "answer", "draw"]
