"""The frame every panel stands in: rule, finding, unit, passport at the corner, and what it says when empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from html import escape
from typing import Any

import streamlit as st

from app.errors import NotBuilt, NotPermitted, QuestionError, TookTooLong
from app.metrics import catalogue
from app.timeline.event import Event
from app.ui import format as f
from app.ui.comment_words import mark_html
from app.ui.dimension_words import left_whole, noun
from app.ui.event_marks import TimeAxis, in_words, listed_html, marked
from app.ui.passport import commented, opener_html
from app.ui.reading import Reading
from app.ui.since import since

IDENTIFIER = re.compile(r"\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b")
NUMBER_AND_UNIT = re.compile(rf"(\S+){f.THIN}(\S+)")


NOT_LOADED = "The first load has not brought a closed month."
NOTHING_CHOSEN = "nothing of what is chosen"


@dataclass(frozen=True)
class Picture:
    """What a panel has to show.

    Attributes:
        title: the finding.
        subtitle: the unit and how to read it.
        corner: the age, which opens the passports of `metrics`.
        aged: the moment of which the corner says the age, where it opens nothing.
        metrics: the metrics whose passports the corner opens; none for operational lists.
        spec: a chart, or None.
        html: what stands below the chart, or instead of it.
        alt: the chart in words.
        month, value: what the first passport states exactly.
        whole: dimensions of the page's filters that it cannot heed.
        time: the axis of time of a chart that has one, on which events of the timeline stand.
    """

    title: str
    subtitle: str
    corner: str
    metrics: tuple[str, ...] = ()
    spec: dict[str, Any] | None = None
    html: str = ""
    alt: str = ""
    month: date | None = None
    value: float | None = None
    whole: tuple[str, ...] = ()
    time: TimeAxis | None = None
    aged: datetime | None = None


def thin_in_sans(title: str) -> str:
    """The serif lacks the thin space: it is set in the sans. No line ends between a number and its unit."""
    space = f'<span class="pl-sans">{f.THIN}</span>'
    return NUMBER_AND_UNIT.sub(rf'<span class="pl-together">\1{space}\2</span>', escape(title))


def key_of(text: str) -> str:
    """A key that is also a CSS class."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def draw_panel(reading: Reading, key: str, picture: Picture) -> None:
    """Draws a panel in its frame; one without a chart as a single piece, since a container is a message of its own."""
    if not picture.spec:
        st.html(panel_html(reading, key, picture))
        return
    with st.container(key=f"panel_{key}"):
        if head := head_html(reading, key, picture):
            st.html(head)
        st.vega_lite_chart(spec=picture.spec, theme=None, width="stretch", key=f"chart_{key}", alt=picture.alt)
        if picture.html:
            st.html(picture.html)


def panel_html(reading: Reading, key: str, picture: Picture) -> str:
    """A panel that has no chart, in its frame; the class is the one that a container of this key would have."""
    return f'<div class="st-key-panel_{key}">{head_html(reading, key, picture)}{picture.html}</div>'


def head_html(reading: Reading, key: str, picture: Picture) -> str:
    """The finding and the line below it, as far as the panel has them."""
    title = f'<h2 class="pl-title">{thin_in_sans(picture.title)}</h2>' if picture.title else ""
    return title + (corner_html(reading, key, picture) if picture.corner or subtitle(picture) else "")


def corner_html(reading: Reading, key: str, picture: Picture) -> str:
    """The line below the finding: the unit, and at the right the age, which opens the passports."""
    said = [each for name in picture.metrics[:1] for each in commented(reading, name, picture.month)]
    corner = since(picture.aged, reading.now) if picture.aged else escape(picture.corner)
    right = f'<div class="pl-corner">{corner}</div>'
    if picture.metrics:
        right = opener_html(reading, picture.metrics, label=picture.corner, key=key, month=picture.month,
                            value=picture.value)  # fmt: skip
    left = f'<div><div class="pl-subtitle">{escape(subtitle(picture))}</div>{mark_html(said)}</div>'
    return f'<div class="pl-under">{left}{right}</div>'


def subtitle(picture: Picture) -> str:
    """The subtitle, and which of the page's filters do not hold here."""
    whole = left_whole(picture.whole)
    return ". ".join(part for part in (picture.subtitle.removesuffix("."), whole) if part)


def empty(title: str, why: str, metrics: Sequence[str] = ()) -> Picture:
    """A panel without rows says so, and why."""
    corner = "What it means" if metrics else ""
    return Picture(title, "", corner, tuple(metrics), html=f'<p class="pl-empty">{escape(why)}</p>')


def no_month(noun: str, metric: str) -> Picture:
    """A panel whose figure has no closed month yet."""
    return empty(f"No {f.in_sentence(noun)} yet", NOT_LOADED, (metric,))


def plain(error: QuestionError | str) -> str:
    """Why a question has no honest answer, with metrics and dimensions called as people call them."""
    known = catalogue()
    said = IDENTIFIER.sub(lambda found: known[found[0]].label if found[0] in known else noun(found[0]), str(error))
    return said.replace("'", "")


def with_events(reading: Reading, made: Picture) -> Picture:
    """The picture with what the company's timeline tells of its time, where it has an axis of time, once."""
    found = events_of(reading, made)
    if not found or made.time is None or made.spec is None:
        return replace(made, time=None)
    spec = marked(made.spec, found, made.time)
    return replace(made, spec=spec, time=None, alt=f"{made.alt} {in_words(found)}".strip(),
                   html=made.html + listed_html(found))  # fmt: skip


def events_of(reading: Reading, made: Picture) -> list[Event]:
    """The events that stand on a picture, oldest first."""
    if made.time is None or not reading.with_events:
        return []
    first, last = made.time.first, made.time.last
    return [each for each in reading.events() if each.touches(first, last) and each.concerns(made.metrics)]


def guarded(reading: Reading, make: Callable[[], Picture], title: str) -> Picture:
    """The panel's picture, or one that says why there is none."""
    try:
        picture = make()
        if reading.where and NOT_LOADED in picture.html and any(map(reading.narrowed, picture.metrics)):
            return empty(picture.title.removesuffix(" yet"), f"There is {NOTHING_CHOSEN}.", picture.metrics)
        return picture
    except NotPermitted:
        return empty(title, "Your role does not include these figures. Ask the person who runs Plumbline.")
    except QuestionError as error:
        if isinstance(error, TookTooLong):
            reading.stopped.add(title)
        return empty(title, plain(error))
    except NotBuilt:
        return empty(title, "These figures have not been built yet. They appear with the next build.")
