"""Tiles that look again by themselves: the running month of figures whose sources are heard of within seconds.

A look costs one small question: has anything been worked in since? Only then are the figures asked for again, and only
then are they drawn anew, so that a passport that is open stays open. What has moved since the page was opened is told
below them, for a screen reader, too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from html import escape

import streamlit as st

from app.clock import as_of, wall
from app.dashboard import LiveTiles
from app.errors import NotBuilt, NotPermitted
from app.metrics import Metric
from app.progress import State
from app.ui import format as f
from app.ui.exactly import exact
from app.ui.passport import opener_html
from app.ui.reading import Reading, read_at
from app.ui.tiles import UNREAD, figure_html, meaning, missing_html, trouble_html

LOOK_AGAIN_SECONDS = 10
MOST_MOVES = 5
NOT_BUILT = UNREAD[NotBuilt]


@dataclass(frozen=True)
class Standing:
    """A figure of the running month, and the last closed month's to stand beside it; `reason`: why it is not known."""

    metric: Metric
    value: float | None
    closed: float | None
    reason: str

    @property
    def is_flow(self) -> bool:
        """Whether it adds up over the month, so that part of one is no match for a whole one."""
        return self.metric.over_time == "sum"


@dataclass(frozen=True)
class Looked:
    """What was read at the last look that found something new.

    Attributes:
        build: what had been worked in by then.
        shown: the figures by their names, those that this reader may see.
        html: the tiles.
        moves: what has moved since the page was opened, the newest first.
        since: when it was opened.
    """

    build: str
    shown: dict[str, Standing]
    html: str
    moves: tuple[str, ...]
    since: datetime


def draw(reading: Reading, panel: LiveTiles, key: str) -> None:
    """A row of tiles that keeps itself up to date as long as it is open."""

    @st.fragment(run_every=LOOK_AGAIN_SECONDS)
    def look() -> None:
        state, place, now = reading.warehouse.progress.state(), f"live_{key}", wall()
        known: Looked | None = reading.visit.get(place)
        build = state.build_id or ""
        if known is None or known.build != build:
            known = looked(renewed(reading, state, now), panel, key, build, known)
            reading.visit[place] = known
        with st.container(key=f"tiles_{key}"):
            st.html(f'<div class="pl-tiles">{known.html}</div>')
            st.html(moves_html(known, reading))
            st.html(age_html(state.worked_in_at, now, reading))

    look()


def renewed(reading: Reading, state: State, now: datetime) -> Reading:
    """The same reader, now."""
    clock = as_of(reading.warehouse.settings)
    return replace(reading, as_of=read_at(clock, state.data_until), clock=clock, now=now, receipts={}, noted=set())


def looked(reading: Reading, panel: LiveTiles, key: str, build: str, before: Looked | None) -> Looked:
    """Reads the figures, and says what has moved since they were read before."""
    shown = dict(standings(reading, panel.metrics))
    html = "".join(tile_html(replace(reading, receipts={}), one, f"{key}_{name}") for name, one in shown.items())
    if before is None:
        return Looked(build, shown, html, (), reading.now)
    at = reading.now.astimezone(reading.zone)
    said = [move_html(before.shown[name], one, at) for name, one in shown.items()
            if name in before.shown and has_moved(before.shown[name], one)]  # fmt: skip
    return Looked(build, shown, html, (*said, *before.moves)[:MOST_MOVES], before.since)


def standings(reading: Reading, names: Sequence[str]) -> list[tuple[str, Standing]]:
    """The figures that this reader may see; one whose mart is not built yet has no value."""
    found = []
    for name in names:
        months, reason = dict[date, float | None](), f"not known for {f.month_name(reading.running)} yet"
        try:
            months = reading.series(name, 1, partial=True)
        except NotPermitted:
            continue
        except NotBuilt:
            reason = NOT_BUILT
        value, closed = months.get(reading.running), months.get(reading.closed)
        found.append((name, Standing(reading.metric(name), value, closed, reason)))
    return found


def tile_html(reading: Reading, one: Standing, key: str) -> str:
    """The label that opens the passport, the figure, and the closed month beside it."""
    name, running = one.metric.name, reading.running
    if one.reason == NOT_BUILT:
        label = f'<div class="pl-tile-label">{escape(one.metric.label)}</div>'
        return f'<div class="pl-tile">{label}{missing_html(one.reason)}</div>'
    opener = opener_html(reading, (name,), label=one.metric.label, key=key, month=running, value=one.value)
    value = missing_html(one.reason) if one.value is None else figure_html(one.value, one.metric.unit)
    said = f'<div class="pl-change">{beside(one, reading)}</div>'
    when = f'<div class="pl-age">{f"{f.month_name(running)} so far" if one.is_flow else "Now"}</div>'
    status = reading.status(name)
    age = (trouble_html(status, reading.now) if status else "") or when
    return f'<div class="pl-tile" data-pl-metric="{name}">{opener}{value}{said}{age}</div>'


def beside(one: Standing, reading: Reading) -> str:
    """A stock's change on the close of the last month; a flow's whole last month, of which this one is a part yet."""
    month = f.month_name(reading.closed)
    if one.closed is None or one.value is None:
        return '<span class="pl-note">no comparison yet</span>'
    if one.is_flow:
        return f'<span class="pl-on">all of {month}: {plain(one.closed, one.metric.unit)}</span>'
    text = f.change(one.value, one.closed, one.metric.unit)
    return f'<span class="pl-{meaning(text, one.metric.better)}">{text}</span> <span class="pl-on">on {month}</span>'


def plain(value: float, unit: str) -> str:
    """Set in one piece, as in a sentence."""
    set_ = f.figure(value, unit)
    return f"{set_.before}{set_.digits}{set_.unit}"


def has_moved(before: Standing, now: Standing) -> bool:
    """Whether somebody who reads it to the cent sees another figure."""
    told = [None if one.value is None else exact(one.value, one.metric.unit) for one in (before, now)]
    return told[0] != told[1]


def move_html(before: Standing, now: Standing, at: datetime) -> str:
    """When which figure became what it is."""
    was, is_ = ("n/a" if one.value is None else exact(one.value, one.metric.unit) for one in (before, now))
    return f"<li><time>{at:%H:%M:%S}</time> {escape(now.metric.label)} went from {was} to {is_}</li>"


def moves_html(known: Looked, reading: Reading) -> str:
    """What has moved since the page was opened, as a list that is read out when it grows."""
    if not known.moves:
        opened = known.since.astimezone(reading.zone)
        return f'<p class="pl-age" role="status">Nothing has moved since you opened it at {opened:%H:%M:%S}.</p>'
    return f'<ul class="pl-moves" role="status">{"".join(known.moves)}</ul>'


def age_html(worked_in: datetime | None, now: datetime, reading: Reading) -> str:
    """When something was last worked in, and that the page looks again by itself."""
    last = f"Last worked in {f.age(worked_in, now)}" if worked_in else "Nothing is worked in yet"
    until = f.clock_time(reading.as_of, reading.zone)
    return f'<p class="pl-age">{last}, data until {until}. Looks again every {LOOK_AGAIN_SECONDS} s.</p>'
