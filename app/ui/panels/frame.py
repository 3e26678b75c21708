"""The frame every panel stands in: rule, finding, unit, passport at the corner, and what it says when empty."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

import streamlit as st

from app.errors import NotBuilt, NotPermitted, QuestionError
from app.ui import format as f
from app.ui.dimension_words import left_whole
from app.ui.passport import popover
from app.ui.reading import Reading

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
        metrics: the metrics whose passports the corner opens; none for operational lists.
        spec: a chart, or None.
        html: what stands below the chart, or instead of it.
        alt: the chart in words.
        month, value: what the first passport states exactly.
        whole: dimensions of the page's filters that it cannot heed.
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


def thin_in_sans(title: str) -> str:
    """The serif lacks the thin space: it is set in the sans. No line ends between a number and its unit."""
    space = f'<span class="pl-sans">{f.THIN}</span>'
    return NUMBER_AND_UNIT.sub(rf'<span class="pl-together">\1{space}\2</span>', escape(title))


def key_of(text: str) -> str:
    """A key that is also a CSS class."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


def draw_panel(reading: Reading, key: str, picture: Picture) -> None:
    """Draws a panel in its frame."""
    with st.container(key=f"panel_{key}"):
        st.html(f'<h2 class="pl-title">{thin_in_sans(picture.title)}</h2>')
        with st.container(key=f"corner_{key}", horizontal=True, horizontal_alignment="distribute",
                          vertical_alignment="center"):  # fmt: skip
            st.html(f'<div class="pl-subtitle">{escape(subtitle(picture))}</div>', width="stretch")
            if picture.metrics:
                popover(reading, picture.metrics, label=picture.corner, key=key, month=picture.month,
                        value=picture.value)  # fmt: skip
            else:
                st.html(f'<div class="pl-corner">{escape(picture.corner)}</div>', width="content")
        if picture.spec:
            st.vega_lite_chart(spec=picture.spec, theme=None, width="stretch", key=f"chart_{key}", alt=picture.alt)
        if picture.html:
            st.html(picture.html)


def subtitle(picture: Picture) -> str:
    """The subtitle, and which of the page's filters do not hold here."""
    whole = left_whole(picture.whole)
    return ". ".join(part for part in (picture.subtitle.removesuffix("."), whole) if part)


def draw_bare(key: str, picture: Picture) -> None:
    """Only what a panel has to say, where there is room for nothing more."""
    with st.container(key=f"bare_{key}"):
        st.html(picture.html)


def empty(title: str, why: str, metrics: Sequence[str] = ()) -> Picture:
    """A panel without rows says so, and why."""
    corner = "What it means" if metrics else ""
    return Picture(title, "", corner, tuple(metrics), html=f'<p class="pl-empty">{escape(why)}</p>')


def no_month(noun: str, metric: str) -> Picture:
    """A panel whose figure has no closed month yet."""
    return empty(f"No {f.in_sentence(noun)} yet", NOT_LOADED, (metric,))


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
        return empty(title, str(error))
    except NotBuilt:
        return empty(title, "These figures have not been built yet. They appear with the next build.")
