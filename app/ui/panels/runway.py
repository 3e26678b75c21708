"""Cash: what is there, how long it lasts, and what the forecast's bands say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from app.dashboard import Runway
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
    time_axis,
)
from app.ui.event_marks import TimeAxis
from app.ui.look import tokens, var
from app.ui.panels.frame import Picture, empty
from app.ui.panels.trend import Foretold, Point, forecast
from app.ui.reading import Reading, as_date, month_end, shift


def make(reading: Reading, panel: Runway) -> Picture:
    """Reads and composes the panel."""
    known = reading.series(panel.cash, panel.months)
    past = [(month_end(month), value) for month, value in known.items() if value is not None]
    if not past:
        return empty("No bank balances yet", "Bring them on the page Files.", (panel.cash,))
    months = reading.series(panel.runway, 1).get(reading.closed)
    until = month_end(shift(reading.closed, panel.horizon_months))
    future, made = forecast(reading, panel.forecast, until)
    future = [point for point in future if point.day > past[-1][0]]
    reason = reading.why_null(panel.runway, reading.closed) if months is None else ""
    title = titles.runway(months, past[-1][1], reason)
    subtitle = "Cash, US dollars. Bands: 5 and 8 in 10 outcomes" if future else "Cash, US dollars"
    corner = f"Forecast of {f.day(as_date(made))}" if made is not None else f"Closed {f.day(past[-1][0])}"
    return Picture(title, subtitle, corner, (panel.runway, panel.cash), spec(past, future), alt=words(past, future),
                   month=reading.closed, value=months,
                   time=TimeAxis(past[0][0], future[-1].day if future else past[-1][0]))  # fmt: skip


def words(past: Sequence[Point], future: Sequence[Foretold]) -> str:
    """The chart in words."""
    day, cash = past[-1]
    said = f"Cash of {f.money(cash)} on {f.long_day(day)}."
    if future:
        end = future[-1]
        said += f" Forecast for {f.long_day(end.day)}: {f.money(end.low)} to {f.money(end.high)} in 8 of 10 outcomes."
    return said + "".join(f" {text} {f.month_year(day)}." for text, day in exhausted(future) if cash > 0)


def exhausted(future: Sequence[Foretold]) -> list[tuple[str, Any]]:
    """When the cautious edge and the centre of the forecast reach zero, where they do."""
    found = []
    for text, edge in (("1 in 10 out of cash by", "low"), ("half by", "centre")):
        day = next((point.day for point in future if getattr(point, edge) <= 0), None)
        if day is not None:
            found.append((text, day))
    return found


def spec(past: Sequence[Point], future: Sequence[Foretold]) -> dict[str, Any]:
    """The chart; a forecast is not drawn below zero, unless the cash is there already."""
    last_day, last = past[-1]
    end = future[-1].day if future else last_day
    high = max([0.0] + [value for _, value in past] + [point.high for point in future])
    floor = 0.0 if last >= 0 else min([last, *(point.low for point in future)])
    low = min(floor, *(value for _, value in past))
    is_above = rises([value for _, value in past])
    high = max(high, last + HEADROOM * (high - low)) if is_above else high
    roomy = not future or has_room(past[0][0], last_day, end)
    x, y = time_axis(past[0][0], end), money_axis(low, high, zero=True)
    rows = [{"day": day.isoformat(), "value": value} for day, value in past]
    layers = []
    if future:
        for meaning, low_edge, high_edge in (("band", "low", "high"), ("bandInner", "inner_low", "inner_high")):
            start = {"day": last_day.isoformat(), "low": last, "high": last}
            edges = [{"day": p.day.isoformat(), "low": max(getattr(p, low_edge), floor),
                      "high": max(getattr(p, high_edge), floor)} for p in future]  # fmt: skip
            layers.append(band([start, *edges], x, y, meaning))
        centre = [rows[-1], *({"day": p.day.isoformat(), "value": max(p.centre, floor)} for p in future)]
        layers.append(line(centre, x, y, color=var("forecast")))
    layers.append(line(rows, x, y))
    if future:
        layers += plumb_line(last_day, "certified" if roomy else "", "forecast")
        layers += endings(future) if last > 0 else []
    here = {"x": day_value(last_day), "y": {"datum": last}}
    point = {"type": "point", "fill": var("accent"), "stroke": var("ground"), "size": 40}
    layers.append({"data": {"values": [{}]}, "mark": point, "encoding": here})
    layers.append(last_label(f.money(last), here["x"], here["y"], is_roomy=roomy, is_above=is_above))
    return chart(layers, height=tokens()["chart"]["heightSecondRow"])


def endings(future: Sequence[Foretold]) -> list[dict[str, Any]]:
    """At most two, at different heights: when the money runs out."""
    made = []
    for index, (text, day) in enumerate(exhausted(future)):
        x, y = day_value(day), {"value": 100 + 48 * index}
        made.append({"data": {"values": [{}]}, "mark": {"type": "rule", "color": var("ink3")},
                     "encoding": {"x": x, "y": y, "y2": {"datum": 0}}})  # fmt: skip
        made.append(label([text, f.month_year(day)], x, y, align="right", dx=-5, baseline="top", color=var("ink2")))
    return made
