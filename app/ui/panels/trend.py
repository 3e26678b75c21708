"""The trend: closed months up to the plumb line, the forecast and its band beyond it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.dashboard import Trend
from app.ui import format as f
from app.ui import titles
from app.ui.charts import (
    HEADROOM,
    band,
    chart,
    day_value,
    has_room,
    label,
    last_label,
    line,
    money_axis,
    plumb_line,
    rises,
    strong,
    time_axis,
)
from app.ui.event_marks import TimeAxis
from app.ui.look import tokens, var
from app.ui.panels.frame import Picture, no_month
from app.ui.reading import Reading, as_date, as_float, month_end, records, shift

Point = tuple[date, float]
LINE = 16.0
"""What a label needs in height, in pixels."""


@dataclass(frozen=True)
class Foretold:
    """A day of a forecast: centre, the band of 8 in 10 and of 5 in 10 outcomes."""

    day: date
    centre: float
    low: float
    high: float
    inner_low: float
    inner_high: float


def forecast(reading: Reading, series: str, until: date, factor: int = 1) -> tuple[list[Foretold], datetime | None]:
    """The newest forecast of a daily series, one point a week up to a day, and when it was made.

    Nothing beside an earlier month that was chosen: what was foretold later did not begin there.
    """
    if reading.is_past:
        return [], None
    rows = reading.table("mart_executive.forecast", where={"unique_id": series}, order_by=("ds",))
    if rows is None or rows.empty:
        return [], None
    days = []
    for row in records(rows):
        day = as_date(row["ds"])
        parts = [as_float(row[name]) for name in ("yhat", "lo80", "hi80", "lo50", "hi50")]
        if day <= until and all(part is not None for part in parts):
            days.append(Foretold(day, *(factor * part for part in parts if part is not None)))
    made = rows.iloc[-1].get("made_at")
    kept = [point for index, point in enumerate(days) if index % 7 == 6 or index == len(days) - 1]
    return kept, made


def make(reading: Reading, panel: Trend) -> Picture:
    """Reads and composes the panel."""
    metric = reading.metric(panel.metric)
    known = reading.series(panel.metric, panel.months)
    past = [(month_end(month), value) for month, value in known.items() if value is not None]
    if not past:
        return no_month(metric.label, panel.metric)
    until = month_end(shift(reading.closed, panel.horizon_months))
    is_foretold = panel.forecast and not reading.narrowed(panel.metric)
    future, made = forecast(reading, panel.forecast, until, panel.factor) if is_foretold else ([], None)
    future = [point for point in future if point.day > past[-1][0]]
    months = months_ahead(past[-1][0], future)
    title = titles.trend(metric.label, [value for _, value in past], future[-1].centre if future else None, months)
    worked = f"{metric.label}, {metric.worked_out_as}" if metric.worked_out_as else metric.label
    subtitle = f"{worked}. Band: 8 in 10 outcomes" if future else f"{worked}, US dollars"
    corner = f"Forecast of {f.day(as_date(made))}" if made is not None else f"Closed {f.day(past[-1][0])}"
    return Picture(title, subtitle, corner, (panel.metric,), spec(past, future), alt=words(metric.label, past, future),
                   month=reading.closed, value=past[-1][1],
                   time=TimeAxis(past[0][0], future[-1].day if future else past[-1][0]))  # fmt: skip


def months_ahead(last: date, future: Sequence[Foretold]) -> int:
    return round((future[-1].day - last).days / 30.44) if future else 0


def words(name: str, past: Sequence[Point], future: Sequence[Foretold]) -> str:
    """The chart in words."""
    first, last = past[0], past[-1]
    said = f"{name} from {f.money(first[1])} on {f.long_day(first[0])} to {f.money(last[1])} on {f.long_day(last[0])}."
    if future:
        end = future[-1]
        said += (
            f" Forecast for {f.long_day(end.day)}: {f.money_axis(end.centre)}, 8 in 10 outcomes between "
            f"{f.money_axis(end.low)} and {f.money_axis(end.high)}."
        )
    return said


def spec(past: Sequence[Point], future: Sequence[Foretold]) -> dict[str, Any]:
    """The chart."""
    last_day, last = past[-1]
    end = future[-1].day if future else last_day
    every = [value for _, value in past] + [edge for point in future for edge in (point.low, point.high)]
    low, high = min(every), max(every)
    is_above, free = rises([value for _, value in past]), HEADROOM * (high - low)
    low, high = (low, max(high, last + free)) if is_above else (min(low, last - free), high)
    x, y = time_axis(past[0][0], end), money_axis(low, high, zero=False)
    plain_x, plain_y = {k: v for k, v in x.items() if k != "axis"}, {k: v for k, v in y.items() if k != "axis"}
    rows = [{"day": day.isoformat(), "value": value} for day, value in past]
    roomy = not future or has_room(past[0][0], last_day, end)
    layers = []
    if future:
        start = {"day": last_day.isoformat(), "low": last, "high": last}
        edges = [{"day": p.day.isoformat(), "low": p.low, "high": p.high} for p in future]
        centre = [rows[-1], *({"day": p.day.isoformat(), "value": p.centre} for p in future)]
        layers += [band([start, *edges], x, y, "band"), line(centre, x, y, color=var("forecast"))]
    layers.append(line(rows, x, y))
    if future:
        layers += [*plumb_line(last_day, "certified" if roomy else "", "forecast"), *end_labels(future[-1], high - low)]
    here = {"x": {**day_value(last_day), **plain_x}, "y": {"datum": last, **plain_y}}
    point = {"type": "point", "fill": var("accent"), "stroke": var("ground"), "size": 40}
    layers.append({"data": {"values": [{}]}, "mark": point, "encoding": here})
    layers.append(last_label(f.money(last), here["x"], here["y"], is_roomy=roomy, is_above=is_above))
    return chart(layers, height=tokens()["chart"]["heightFirstRow"])


def end_labels(end: Foretold, span: float) -> list[dict[str, Any]]:
    """What the band ends in: its edges in regular, its centre in strong; pushed apart where they would touch."""
    x = day_value(end.day)
    pixels = tokens()["chart"]["heightFirstRow"] / span if span else 0.0
    up, down = (max(6.0, LINE - pixels * reach) for reach in (end.high - end.centre, end.centre - end.low))
    side = {"align": "left", "dx": 6}
    return [
        label(f.money_axis(end.high), x, {"datum": end.high}, color=var("ink3"), dy=-up, **side),
        label(f.money_axis(end.centre), x, {"datum": end.centre}, **strong(**side)),
        label(f.money_axis(end.low), x, {"datum": end.low}, color=var("ink3"), dy=down, **side),
    ]
