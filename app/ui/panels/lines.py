"""Lines over time: metrics of one unit, or the largest parts of one; each is named at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from app.compile import additivity_of
from app.dashboard import Lines
from app.metrics import Metric, catalogue
from app.ui import format as f
from app.ui.charts import chart, day_value, dots, label, line, strong, time_axis, unit_axis
from app.ui.dimension_words import noun
from app.ui.event_marks import TimeAxis
from app.ui.look import tokens, var
from app.ui.panels.frame import Picture, no_month
from app.ui.places import UNKNOWN, shown
from app.ui.reading import Reading, as_date, as_float, as_text, month_end, records

LABEL = 16.0
"""What a label needs in height, in pixels."""
COLOURS = ("accent", "bar", "stale")
"""Of the first line, of the second, of all others: a rainbow of categories would say nothing."""
OTHER = "Other"


@dataclass(frozen=True)
class Series:
    """A line: its name, and its points, oldest first; a period without a value is left out."""

    name: str
    points: tuple[tuple[date, float], ...]

    @property
    def end(self) -> date:
        return self.points[-1][0]

    @property
    def last(self) -> float:
        return self.points[-1][1]


def make(reading: Reading, panel: Lines) -> Picture:
    """Reads and composes the panel."""
    first = reading.metric(panel.metrics[0])
    found = parts(reading, panel) if panel.by else [one(reading, panel, name) for name in panel.metrics]
    drawn = [each for each in found if each.points]
    if not drawn:
        return no_month(first.label, panel.metrics[0])
    labels = f.words([reading.metric(name).label for name in panel.metrics])
    what = f"{first.label} by {noun(panel.by)}" if panel.by else labels
    end = max(each.points[-1][0] for each in drawn)
    leading = first if panel.by else reading.metric(panel.metrics[found.index(drawn[0])])
    title = leader(first, drawn, panel.by, adds_up(first, panel.by)) if panel.by else moved(drawn[0], leading)
    corner = f"Closed {f.day(end)}" if panel.grain == "month" else f"Until {f.day(end)}"
    return Picture(title, f"{what}, {UNITS.get(first.unit, first.unit)}{PER[panel.grain]}", corner, panel.metrics,
                   spec(drawn, first.unit), alt=words(drawn, first.unit),
                   time=TimeAxis(min(each.points[0][0] for each in drawn), end),
                   **stated(found[0], reading, panel))  # fmt: skip


def stated(first: Series, reading: Reading, panel: Lines) -> dict[str, Any]:
    """The one figure that the first passport states: the first metric's of the closed month, where it is drawn."""
    is_one = not panel.by and panel.grain == "month" and first.points
    if not is_one or first.points[-1][0] != month_end(reading.closed):
        return {}
    return {"month": reading.closed, "value": first.last}


UNITS = {"usd": "US dollars", "ratio": "per cent", "times": "times", "count": "number"}
PER = {"month": "", "week": ", by week", "day": ", by day"}


def adds_up(metric: Metric, dimension: str) -> bool:
    """Whether the parts make the whole, so that a share of it can be told."""
    return dimension in additivity_of(metric, catalogue()).over_dimensions


def one(reading: Reading, panel: Lines, name: str) -> Series:
    """A metric's line; of days and weeks only those that are over."""
    frame = reading.answer(name, panel.months, grain=panel.grain).frame
    return Series(reading.metric(name).label, points_of(records(frame), panel.grain))


def parts(reading: Reading, panel: Lines) -> list[Series]:
    """The largest parts of the latest period, largest first, and "Other" last where it adds up."""
    frame = reading.answer(panel.metrics[0], panel.months, by=(panel.by,), top=panel.most, grain=panel.grain).frame
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in records(frame):
        rows.setdefault(shown(panel.by, as_text(row[panel.by])) or UNKNOWN, []).append(row)
    made = [Series(name, points_of(each, panel.grain)) for name, each in rows.items()]
    drawn = [each for each in made if each.points]
    latest = max((each.end for each in drawn), default=date.min)
    return sorted(drawn, key=lambda each: (each.name == OTHER, each.end < latest, -each.last, each.name))


def points_of(rows: Sequence[Mapping[str, Any]], grain: str) -> tuple[tuple[date, float], ...]:
    """The points of a line; a month stands at its last day."""
    known = ((as_date(row[grain]), as_float(row["value"])) for row in rows)
    at = month_end if grain == "month" else date.fromordinal
    points = ((at(day if grain == "month" else day.toordinal()), value) for day, value in known if value is not None)  # type: ignore[arg-type]
    return tuple(sorted(points))


def moved(series: Series, metric: Metric) -> str:
    """Such as "Win rate rose from 21.4 % to 24.0 % in a year", by the first point and the last one."""
    (first, before), (last, now) = series.points[0], series.points[-1]
    stand = f.figure(now, metric.unit)
    if len(series.points) < 2:
        return f"{metric.label} stands at {stand}"
    was = f.figure(before, metric.unit)
    if str(was) == str(stand):
        return f"{metric.label} stands at {stand}, as {since(first, last)}"
    return f"{metric.label} {'rose' if now > before else 'fell'} from {was} to {stand} {in_time(first, last)}"


def since(first: date, last: date) -> str:
    return "a year before" if (last - first).days in range(360, 370) else f"on {f.short_date(first)}"


def in_time(first: date, last: date) -> str:
    """Such as "in a year", "in 3 months", "in 28 days"."""
    days = (last - first).days
    months = round(days / 30.44)
    if days in range(360, 370):
        return "in a year"
    return f"in {months} months" if months > 1 else f"in {days} days"


def leader(metric: Metric, drawn: Sequence[Series], dimension: str, is_sum: bool) -> str:
    """Such as "Organic Search brings 31.2 % of web sessions", or "Team leads with 31.2 %" where parts do not add up."""
    latest = max(each.end for each in drawn)
    here = [each for each in drawn if each.end == latest]  # what ended before has none of the latest
    first = next((each for each in here if each.name != OTHER), here[0])
    whole = sum(each.last for each in here)
    if is_sum and whole > 0 and all(each.last >= 0 for each in here):
        return f"{first.name} brings {f.percent(first.last / whole)} of {f.in_sentence(metric.label)}"
    return f"{first.name} leads in {f.in_sentence(metric.label)} with {f.figure(first.last, metric.unit)}"


def words(drawn: Sequence[Series], unit: str) -> str:
    """The chart in words."""
    return " ".join(
        f"{each.name}: {f.figure(each.points[0][1], unit)} on {f.long_day(each.points[0][0])}, "
        f"{f.figure(each.last, unit)} on {f.long_day(each.points[-1][0])}."
        for each in drawn
    )


def spec(drawn: Sequence[Series], unit: str) -> dict[str, Any]:
    """The chart: the first line stands out; the labels at the ends are pushed apart where they would touch."""
    height = int(tokens()["chart"]["heightSecondRow"])
    every = [value for each in drawn for _, value in each.points]
    begin, end = min(each.points[0][0] for each in drawn), max(each.points[-1][0] for each in drawn)
    x, y = time_axis(begin, end), unit_axis(unit, min(every), max(every))
    low, high = y["scale"]["domain"]
    layers = []
    for at, each in reversed(list(enumerate(drawn))):
        colour = var(COLOURS[min(at, len(COLOURS) - 1)])
        rows = [{"day": day.isoformat(), "value": value} for day, value in broken(each.points)]
        layers.append(line(rows, x, y, color=colour, strokeWidth=2 if at == 0 else 1.5))
        if lone := alone(rows):
            layers.append(dots(lone, x, y, colour))
    shifts = apart([height * (high - each.last) / (high - low) for each in drawn])
    plain_y = {key: value for key, value in y.items() if key != "axis"}
    for at, (each, shifted) in enumerate(zip(drawn, shifts, strict=True)):
        mark: dict[str, Any] = {"align": "left", "dx": 8, "dy": shifted, "baseline": "middle"}
        said = f"{each.name} {f.figure(each.last, unit)}"
        layers.append(label(said, day_value(each.points[-1][0]), {"datum": each.last, **plain_y},
                            **(strong(**mark) if at == 0 else {**mark, "color": var("ink2")})))  # fmt: skip
    return chart(layers, height=height)


def broken(points: Sequence[tuple[date, float]]) -> list[tuple[date, float | None]]:
    """The points, with a gap where a period has none: a line across it would be a figure that nobody knows."""
    steps = sorted((after[0] - before[0]).days for before, after in pairwise(points))
    usual = steps[0] if steps else 0
    made: list[tuple[date, float | None]] = []
    for at, (day, value) in enumerate(points):
        if at and (day - points[at - 1][0]).days > 1.5 * usual:
            made.append((day - timedelta(days=usual), None))
        made.append((day, value))
    return made


def alone(rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Values that have none before and none after them: a line through one point is not seen."""
    values = [None, *(row["value"] for row in rows), None]
    return [row for at, row in enumerate(rows)
            if row["value"] is not None and values[at] is None and values[at + 2] is None]  # fmt: skip


def apart(places: Sequence[float]) -> list[float]:
    """How far each label is moved down, in pixels, so that none stands on another; their order stays."""
    order = sorted(range(len(places)), key=lambda at: places[at])
    taken: dict[int, float] = {}
    floor = float("-inf")
    for at in order:
        floor = taken[at] = max(places[at], floor + LABEL)
    lift = sum(taken[at] - places[at] for at in order) / len(order) if order else 0.0
    return [taken[at] - places[at] - lift for at in range(len(places))]
