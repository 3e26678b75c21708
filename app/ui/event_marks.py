"""The company's timeline on a chart: a dashed rule at an event's day, a mark over it, a band while it lasted. Pure.

A kind has its shape and its colour, never colour alone. More than a few would not be legible: they are gathered by
month, or by as much more time as it takes; below the chart and in its alternative text each has its own line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from app.counting import counted
from app.timeline.event import CALLED, Event
from app.ui import format as f
from app.ui.look import tokens, var

Spec = dict[str, Any]
MOST = 8
"""So many marks stand on a chart."""
MOST_LISTED = 24
MOST_SAID = 8
LONGEST_BAND_DAYS = 92
"""What lasts longer has its first day marked and no band: it would colour the whole chart."""
OVER = -7
"""Where a mark stands, in pixels from the plot's top."""


@dataclass(frozen=True)
class TimeAxis:
    """A chart's axis of time.

    Attributes:
        first, last: the days that it spans.
        periods: where it has a place for each period instead of days: (first day, the word on the axis), in order.
        type: of such an axis, ordinal or nominal.
    """

    first: date
    last: date
    periods: tuple[tuple[date, str], ...] = ()
    type: str = "ordinal"

    def at(self, day: date) -> Spec:
        """The x encoding of a day."""
        if not self.periods:
            return {"datum": (day - date(1970, 1, 1)).days * 86_400_000, "type": "temporal"}
        index = max(at for at, (start, _) in enumerate(self.periods) if start <= day)
        start, name = self.periods[index]
        after = self.periods[index + 1][0] if index + 1 < len(self.periods) else self.last
        within = (day - start).days / max((after - start).days, 1)
        return {"datum": name, "type": self.type, "bandPosition": round(min(within, 1.0), 3)}


@dataclass(frozen=True)
class Mark:
    """One mark: the events that it stands for, oldest first."""

    events: tuple[Event, ...]

    @property
    def day(self) -> date:
        return self.events[0].first_day

    @property
    def said(self) -> str:
        """What it says when it is pointed at."""
        if len(self.events) == 1:
            return said(self.events[0])
        days = f"{f.short_date(self.day)} to {f.short_date(self.events[-1].first_day)}"
        titles = "; ".join(each.title for each in self.events[:4])
        more = f"; and {len(self.events) - 4} more" if len(self.events) > 4 else ""
        return f"{counted(len(self.events), 'event')}, {days}: {titles}{more}"


PERIODS: tuple[Callable[[date], object], ...] = (
    lambda day: day.toordinal(), lambda day: (day.year, day.month), lambda day: (day.year, (day.month - 1) // 3),
    lambda day: (day.year, (day.month - 1) // 6), lambda day: day.year,
)  # fmt: skip
"""Days, months, quarters, halves and years: events are gathered by the first of them that leaves few enough marks."""


def gathered(events: Sequence[Event]) -> list[Mark]:
    """The marks of events that come oldest first: one each, or one for those of a month where there are too many.

    What sources tell is gathered before what people entered: three campaigns must not hide a launch.
    """
    marks: list[Mark] = []
    for keeps_entered in (True, False):
        for period in PERIODS:
            groups: dict[object, list[Event]] = {}
            for each in events:
                is_alone = keeps_entered and not each.source
                groups.setdefault(each.key if is_alone else period(each.first_day), []).append(each)
            marks = [Mark(tuple(several)) for several in groups.values()]
            if len(marks) <= MOST:
                return marks
    return marks


def marked(spec: Spec, events: Sequence[Event], time: TimeAxis) -> Spec:
    """A layered chart with the marks of events that began on its axis; bands lie below all else, marks over it."""
    marks = gathered(events)
    below = [band(mark.events[0], time) for mark in marks if is_band(mark)] if not time.periods else []
    return {**spec, "layer": [*below, *spec["layer"], *(layer for mark in marks for layer in layers(mark, time))]}


def is_band(mark: Mark) -> bool:
    first = mark.events[0]
    return len(mark.events) == 1 and 0 < (first.last - first.first_day).days <= LONGEST_BAND_DAYS


def band(event: Event, time: TimeAxis) -> Spec:
    until = time.at(min(event.last, time.last))["datum"]
    mark = {"type": "rect", "color": var("ink3"), "opacity": 0.1, "aria": False}
    return {"data": {"values": [{}]}, "mark": mark, "encoding": {"x": time.at(event.first_day), "x2": {"datum": until}}}


def layers(mark: Mark, time: TimeAxis) -> list[Spec]:
    """A rule over the plot's height, and at its top a mark; the number of events where it stands for several."""
    x, tip = time.at(mark.day), {"tooltip": {"field": "said", "type": "nominal"}}
    data = {"values": [{"said": mark.said}]}
    one = tokens()["timeline"][mark.events[0].kind if len(mark.events) == 1 else "other"]
    rule = {"type": "rule", "color": var("ink3"), "strokeDash": [2, 3], "aria": False}
    made = [{"data": data, "mark": rule, "encoding": {"x": x, **tip}}]
    if len(mark.events) == 1:
        point = {"type": "point", "shape": one["shape"], "size": 64, "filled": True, "opacity": 1,
                 "color": var(one["color"]), "aria": False}  # fmt: skip
        return [*made, {"data": data, "mark": point, "encoding": {"x": x, "y": {"value": OVER}, **tip}}]
    number = {"type": "text", "text": str(len(mark.events)), "fontSize": 12, "fontWeight": 600, "baseline": "middle",
              "color": var("ink2"), "aria": False}  # fmt: skip
    return [*made, {"data": data, "mark": number, "encoding": {"x": x, "y": {"value": OVER}, **tip}}]


def days(event: Event) -> str:
    """Such as "5 Oct 2026", "5 Oct to 9 Nov 2026" or "5 Oct 2025 to 9 Nov 2026"."""
    if event.last_day is None:
        return f.short_date(event.first_day)
    is_within = event.first_day.year == event.last_day.year
    first = f.day(event.first_day) if is_within else f.short_date(event.first_day)
    return f"{first} to {f.short_date(event.last_day)}"


def said(event: Event) -> str:
    return f"{CALLED[event.kind]}, {days(event)}: {event.title}"


def in_words(events: Sequence[Event]) -> str:
    """The events as the chart's alternative text says them."""
    more = f"; and {len(events) - MOST_SAID} more" if len(events) > MOST_SAID else ""
    return f"{counted(len(events), 'event')}: {'; '.join(map(said, events[:MOST_SAID]))}{more}."


def kind_html(kind: str) -> str:
    """A kind by its mark and its word."""
    return f'<span class="pl-ev pl-ev-{kind}"></span>{escape(CALLED[kind])}'


def listed_html(events: Sequence[Event]) -> str:
    """What stands below a chart: the events one by one, folded, the newest first."""
    shown = list(reversed(events))[:MOST_LISTED]
    rows = "".join(
        f"<tr><td>{days(each)}</td><td>{kind_html(each.kind)}</td><td>{escape(each.title)}</td></tr>" for each in shown
    )
    left = len(events) - len(shown)
    more = f'<div class="pl-more">and {counted(left, "earlier event")}</div>' if left else ""
    return (
        f'<details class="pl-events"><summary>{counted(len(events), "event")}</summary>'
        f"<table><tbody>{rows}</tbody></table>{more}</details>"
    )
