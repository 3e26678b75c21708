"""Every certified metric in words, to be searched, and the way to the whole dictionary and to dbt's documentation."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

import streamlit as st

from app.access import Viewer
from app.documents import DBT, DICTIONARY, READERS, folder_of
from app.metrics import Metric, catalogue
from app.settings import get_settings
from app.ui import format as f
from app.ui import titles
from app.ui.panels.frame import Picture, draw_panel
from app.ui.reading import Reading

NOTHING = "No metric says that. Try another word; the whole dictionary also holds columns, tables and sources."


def draw(reading: Reading, key: str) -> None:
    """The search and what it finds."""
    words = st.text_input("Search the metrics", key=f"search_{key}", placeholder="Revenue, churn, cash …")
    st.html(ways_on(reading.viewer))
    listed(words=words, has_more=is_written(), key=key, _reading=reading)


@st.cache_data(max_entries=64, show_spinner=False)
def listed(words: str, has_more: bool, key: str, _reading: Reading) -> None:
    """What is found: some 150 KB of what changes with a release alone, through which Streamlit would go each time."""
    known = sorted(catalogue().values(), key=lambda metric: (metric.owner, metric.label.lower()))
    found = matching(known, words)
    html = chapters(found, has_more=has_more) or f'<p class="pl-empty">{escape(NOTHING)}</p>'
    draw_panel(_reading, key, Picture(titles.glossary(len(found), len(known)), "", "", html=html))


def matching(metrics: Sequence[Metric], words: str) -> list[Metric]:
    """Those whose words hold every word that was typed."""
    wanted = words.lower().split()
    return [metric for metric in metrics if all(word in said(metric).lower() for word in wanted)]


def said(metric: Metric) -> str:
    return " ".join((metric.name, metric.label, metric.question, metric.definition, metric.owner, *metric.answers))


def chapters(metrics: Sequence[Metric], *, has_more: bool) -> str:
    """The metrics, those of one owner under its name; they come sorted by owner."""
    html = []
    for owner, owned in groupby(metrics, key=lambda metric: metric.owner):
        entries = [entry(metric, has_more=has_more) for metric in owned]
        html.append(f'<h3 class="pl-chapter">{escape(_words(owner))} <span>{f.number(len(entries))}</span></h3>')
        html.extend(entries)
    return "".join(html)


def entry(metric: Metric, *, has_more: bool) -> str:
    """One metric: what it means at a look, and the rest when it is opened; the way to more, where there is more."""
    rows = (
        ("Question", metric.question),
        ("Worked out as", metric.worked_out_as or metric.formula or ""),
        ("Owner", _words(metric.owner)),
        ("Certified", f"{metric.certified.by.upper()}, {f.long_day(metric.certified.on)}, version "
                      f"{metric.certified.version}"),
        ("Without a value", metric.why_null),
    )  # fmt: skip
    told = "".join(f"<dt>{term}</dt><dd>{escape(text)}</dd>" for term, text in rows if text)
    more = f'<a href="{DICTIONARY}#{metric.name}" target="_self">Dimensions, lineage, promises and SQL</a>'
    return (
        f'<details class="pl-entry"><summary><b>{escape(metric.label)}</b> {escape(metric.definition)}</summary>'
        f"<dl>{told}</dl>{more if has_more else ''}</details>"
    )


def _words(owner: str) -> str:
    """Such as "Customer success"."""
    return owner.replace("_", " ").capitalize()


def ways_on(viewer: Viewer) -> str:
    """Links to the rest, as HTML; none that is not there yet, or not for these roles."""
    if not is_written():
        return '<p class="pl-ways">The whole dictionary is written with the daily refresh.</p>'
    links = [f'<a href="{DICTIONARY}" target="_self">The whole dictionary: columns, lineage, promises, sources</a>']
    if set(READERS[DBT.rpartition("/")[2]]) & set(viewer.roles):
        links.append(f'<a href="{DBT}" target="_self">The documentation by dbt of every model</a>')
    return f'<p class="pl-ways">{" ".join(links)}</p>'


def is_written() -> bool:
    return (folder_of(get_settings()) / DICTIONARY.rpartition("/")[2]).is_file()
