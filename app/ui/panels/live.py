"""Tiles that look again by themselves: the running month of figures whose sources are heard of within seconds.

A look costs one small question: has anything been worked in since, or failed? Only then are the figures asked for
again, and only then are they drawn anew, so that a passport that is open stays open. That something gets late is known
beforehand: a look asks for it when its time has come. What has moved since the page was opened is told below them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html import escape

import streamlit as st

from app.clock import as_of, wall
from app.dashboard import LiveTiles
from app.errors import NotBuilt, NotPermitted, QuestionError, WarehouseDown
from app.metrics import Metric
from app.progress import State
from app.ui import format as f
from app.ui.lead import standing
from app.ui.live_words import AWAY, Move, loaded_at, moves_html, turned, went
from app.ui.panels.frame import plain as in_words
from app.ui.passport import opener_html
from app.ui.reading import Reading, read_at
from app.ui.tiles import UNREAD, figure_html, meaning, missing_html, trouble_html
from app.warehouse import Status

LOOK_AGAIN_SECONDS = 10
ASK_AGAIN = timedelta(minutes=1)
"""How soon a figure that could not be read is asked for again, and whether what is late has come."""
LOOKS = f" Looks again every {LOOK_AGAIN_SECONDS} s."
MOST_MOVES = 5
NOT_BUILT = UNREAD[NotBuilt]


@dataclass(frozen=True)
class Standing:
    """A figure of the running month, and the last closed month's to stand beside it.

    Attributes:
        value, closed: None where it is not known.
        reason: why it is not.
        is_read: whether it could be asked for; what could not says nothing of what the figure is.
    """

    metric: Metric
    value: float | None
    closed: float | None
    reason: str
    is_read: bool = True

    @property
    def is_flow(self) -> bool:
        """Whether it adds up over the month, so that part of one is no match for a whole one."""
        return self.metric.over_time == "sum"

    @property
    def has_failed(self) -> bool:
        """Whether it may be there the next time, without a build."""
        return not self.is_read and self.reason != NOT_BUILT


@dataclass(frozen=True)
class Looked:
    """What was read at the last look that found something new.

    Attributes:
        build: what had been worked in by then, and when the newest whole build failed, if it did.
        running: the month.
        shown: the figures by their names, those that this reader may see.
        last: each figure as it was last read, to compare with.
        troubles: what is late or broken, by the figures' names, as HTML.
        html: the tiles.
        moves: what has moved since the page was opened, the newest first.
        since: when it was opened.
        check_at: when something may be another without a build: late, in time again, or answered for.
    """

    build: tuple[str, datetime | None]
    running: date
    shown: Mapping[str, Standing]
    last: Mapping[str, Standing]
    troubles: Mapping[str, str]
    html: str
    moves: tuple[Move, ...]
    since: datetime
    check_at: datetime | None


def draw(reading: Reading, panel: LiveTiles, key: str) -> None:
    """A row of tiles that keeps itself up to date as long as it is open."""
    own, place = replace(reading, noted=set()), f"live_{key}"
    is_known = place in reading.visit

    @st.fragment(run_every=LOOK_AGAIN_SECONDS)
    def look() -> None:
        before: Looked | None = own.visit.get(place)
        try:
            state = own.warehouse.progress.state()
        except WarehouseDown:
            if before is None:
                raise
            show(before, wall(), f'<p class="pl-stale">As of the look before: {AWAY}.{LOOKS}</p>')
            return
        fresh = renewed(own, state, wall())
        known = fresh.visit[place] = again(fresh, panel, key, before)
        show(known, fresh.now, age_html(state.worked_in_at, fresh))

    def show(known: Looked, now: datetime, age: str) -> None:
        with st.container(key=f"tiles_{key}"):
            st.html(f'<div class="pl-tiles">{known.html}</div>')
            st.html(moves_html(known.moves, known.since, now, own.zone))
            st.html(age)

    look()
    if is_known and not own.noted:  # come back to in the same visit: no read has told the audit what is shown
        known: Looked = reading.visit[place]
        shown = tuple(name for name, one in known.shown.items() if one.is_read)
        reading.warehouse.record(reading.viewer, "replay page", page=reading.page.partition("?")[0],
                                 build=known.build[0], shown=shown)  # fmt: skip


def renewed(reading: Reading, state: State, now: datetime) -> Reading:
    """The same reader, now."""
    clock = as_of(reading.warehouse.settings)
    return replace(reading, as_of=read_at(clock, state.data_until), clock=clock, now=now, receipts={},
                   build=state.build_id or "", build_failed_at=state.failed_at)  # fmt: skip


def again(reading: Reading, panel: LiveTiles, key: str, known: Looked | None) -> Looked:
    """What is to be shown now. What is known stays as it is where nothing that it shows has become another."""
    if known is None or known.build != (reading.build, reading.build_failed_at):
        return looked(reading, panel, key, known)
    if known.check_at is None or reading.now < known.check_at:
        return known
    found = statuses(reading, known.shown)
    failed = {name: one for name, one in known.shown.items() if one.has_failed}
    if told(found, reading) != known.troubles or dict(standings(reading, tuple(failed))) != failed:
        return looked(reading, panel, key, known)
    return replace(known, check_at=check_at(reading, known.shown, found))


def looked(reading: Reading, panel: LiveTiles, key: str, before: Looked | None) -> Looked:
    """Reads the figures, and says what has moved since they were read before."""
    build = (reading.build, reading.build_failed_at)
    reading.warehouse.heard_of(build)
    shown = dict(standings(reading, panel.metrics))
    found = statuses(reading, shown)
    troubles = told(found, reading)
    html = "".join(tile_html(reading, one, f"{key}_{name}", troubles.get(name, "")) for name, one in shown.items())
    is_other_month = before is not None and before.running != reading.running
    last = {} if before is None or is_other_month else before.last
    said = [turned(reading.running, reading.now)] if is_other_month else [
        move for name, one in shown.items() if one.is_read and name in last
        and (move := went(one.metric, last[name].value, one.value, reading.now))
    ]  # fmt: skip
    moves, since = (before.moves, before.since) if before else ((), reading.now)
    return Looked(build, reading.running, shown,
                  {**last, **{name: one for name, one in shown.items() if one.is_read}}, troubles, html,
                  (*said, *moves)[:MOST_MOVES], since, check_at(reading, shown, found))  # fmt: skip


def standings(reading: Reading, names: Sequence[str]) -> list[tuple[str, Standing]]:
    """The figures that this reader may see; one that cannot be read says why, and the others still stand."""
    found = []
    for name in names:
        months, why = dict[date, float | None](), ""
        try:
            months = reading.series(name, 1, partial=True)
        except NotPermitted:
            continue
        except NotBuilt:
            why = NOT_BUILT
        except WarehouseDown:
            why = AWAY
        except QuestionError as error:
            why = in_words(error)
        value, closed = months.get(reading.running), months.get(reading.closed)
        reason = why or f"not known for {f.month_name(reading.running)} yet"
        found.append((name, Standing(reading.metric(name), value, closed, reason, not why)))
    return found


def statuses(reading: Reading, names: Mapping[str, Standing]) -> dict[str, Status]:
    """How fresh and sure the figures are, of those that are built; none where the warehouse is away."""
    try:
        return {name: status for name in names if (status := reading.status(name)) is not None}
    except WarehouseDown:
        return {}


def told(found: Mapping[str, Status], reading: Reading) -> dict[str, str]:
    """What is late or broken, in words that stay the same as long as it is."""
    said = {name: trouble_html(status, loaded_at(status, reading.zone)) for name, status in found.items()}
    return {name: html for name, html in said.items() if html}


def check_at(reading: Reading, shown: Mapping[str, Standing], found: Mapping[str, Status]) -> datetime | None:
    """When to look whether something is late, in time again or can be read again; None where none of it can be."""
    is_short = any(one.is_read and name not in found for name, one in shown.items())
    if is_short or any(one.has_failed for one in shown.values()) or any(each.is_stale for each in found.values()):
        return reading.now + ASK_AGAIN
    ends = [status.loaded_at + timedelta(minutes=shown[name].metric.freshness_minutes)
            for name, status in found.items() if status.loaded_at]  # fmt: skip
    return min(ends, default=None)


def tile_html(reading: Reading, one: Standing, key: str, trouble: str) -> str:
    """The label that opens the passport, the figure, and the closed month beside it."""
    name, running = one.metric.name, reading.running
    if not one.is_read:
        label = f'<div class="pl-tile-label">{escape(one.metric.label)}</div>'
        return f'<div class="pl-tile">{label}{missing_html(one.reason)}</div>'
    opener = opener_html(reading, (name,), label=one.metric.label, key=key, month=running, value=one.value)
    value = missing_html(one.reason) if one.value is None else figure_html(one.value, one.metric.unit)
    said = f'<div class="pl-change">{beside(one, reading)}</div>'
    when = f'<div class="pl-age">{f"{f.month_name(running)} so far" if one.is_flow else "Now"}</div>'
    return f'<div class="pl-tile" data-pl-metric="{name}">{opener}{value}{said}{trouble or when}</div>'


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


def age_html(worked_in: datetime | None, reading: Reading) -> str:
    """When something was last worked in, what keeps the page behind, and that it looks again by itself."""
    last = f"Last worked in {f.age(worked_in, reading.now)}" if worked_in else "Nothing is worked in yet"
    until = f.clock_time(reading.as_of, reading.zone)
    behind = standing(reading, reading.unbuilt)
    return f'<p class="pl-age">{last}, data until {until}.{behind}{LOOKS}</p>'
