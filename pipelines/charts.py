"""Charts as PNG for mails, in the product's own look: light theme, because a mail cannot follow one.

Drawn by vl-convert, without a browser and without any other host. Colours come from app/ui/tokens.json by meaning.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

import vl_convert

from app.manner import current
from app.ui import drawn
from app.ui import format as f
from app.ui.charts import line, month_ticks, values
from app.ui.look import tokens, var, vega_config

STRONG = "IBM Plex Sans SemiBold"
SCALE = 2
WIDTH = 536

Spec = dict[str, Any]


@dataclass(frozen=True)
class Day:
    """One day of a watched series: what was measured, and the range in which it was expected."""

    day: date
    value: float
    low: float | None = None
    high: float | None = None


def days_picture(days: Sequence[Day], unit: str, odd: date) -> bytes:
    """The last weeks of a series, the range it was expected in, and the day that is odd.

    Args:
        days: oldest first, at least two.
        unit: of the values, as in the metric files.
        odd: one of the days.

    Returns:
        A PNG, 536 × 220 points at twice the resolution.
    """
    expected = [
        {"day": each.day.isoformat(), "low": each.low, "high": each.high} for each in days if each.low is not None
    ]
    rows = [{"day": each.day.isoformat(), "value": each.value} for each in days]
    ends = [each.value for each in days] + [edge for each in days for edge in (each.low, each.high) if edge is not None]
    x = _days_axis(days[0].day, days[-1].day)
    y = _axis(min(ends), max(ends), unit)
    band = {
        "data": values(expected),
        "mark": {"type": "area", "color": var("band"), "interpolate": "step"},
        "encoding": {"x": {"field": "day", **x}, "y": {"field": "low", **y}, "y2": {"field": "high"}},
    }
    found = next(each for each in days if each.day == odd)
    return png([band, line(rows, x, y, strokeWidth=1.75), *_mark(found.day, found.value, unit, x, y, "loss")], 220)


def months_picture(months: Sequence[tuple[date, float]], target: float, unit: str, *, met: bool) -> bytes:
    """Thirteen months of a metric and the target of the last, as a tick with its name.

    Args:
        months: (first of month, value), oldest first, at least one.
        target: of the last month.
        unit: as in the metric files.
        met: whether the target is met.
    """
    rows = [{"day": month.isoformat(), "value": value} for month, value in months]
    ends = [value for _, value in months] + [target]
    x, y = _months_axis(months[0][0], months[-1][0]), _axis(min(ends), max(ends), unit)
    last, value = months[-1]
    tick = {"type": "tick", "orient": "horizontal", "size": 28, "thickness": 2, "color": var("target"), "xOffset": 14}
    name = {"type": "text", "align": "left", "text": f"Target {f.figure(target, unit)}", "dx": 33, "baseline": "middle"}
    aim = [_at(last, target, x, y, tick), _at(last, target, x, y, name)]
    meaning = "accent" if met else "loss"
    return png([line(rows, x, y), *aim, *_mark(last, value, unit, x, y, meaning)], 220)


def spark_picture(points: Sequence[float | None], width: int = 264, height: int = 34) -> bytes:
    """A trend without axes, its last point marked; a month that is not known is a gap."""
    rows = [{"at": at, "value": value} for at, value in enumerate(points)]
    x: Spec = {"field": "at", "type": "quantitative", "axis": None}
    y: Spec = {"field": "value", "type": "quantitative", "axis": None, "scale": {"zero": False, "nice": False}}
    last = [row for row in rows if row["value"] is not None][-1:]
    layers = [
        {"data": values(rows), "mark": {"type": "line", "strokeWidth": 1.75}, "encoding": {"x": x, "y": y}},
        {"data": values(last), "mark": {"type": "point", "size": 30}, "encoding": {"x": x, "y": y}},
    ]
    return png(layers, height, width=width, padding={"left": 0, "right": 5, "top": 5, "bottom": 5})


@lru_cache(maxsize=1)
def sign_picture() -> bytes:
    """The plumb line: a hairline with a weight at its foot, 10 × 26 points."""
    ink = tokens()["color"]["light"]["accent"]
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="26"><rect x="4.25" width="1.5" height="14" '
        f'fill="{ink}"/><path d="M1 13H9L5 25Z" fill="{ink}"/></svg>'
    )
    picture: bytes = vl_convert.svg_to_png(svg, scale=SCALE)
    return picture


def png(layers: Sequence[Spec], height: int, *, width: int = WIDTH, padding: Spec | None = None) -> bytes:
    """The layers as a PNG on the page's ground."""
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "layer": list(layers),
        "width": width,
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": padding or {"left": 0, "right": 6, "top": 6, "bottom": 4},
        "config": {**vega_config(), "background": var("surface")},
    }
    return drawn.png(spec, SCALE)


def _mark(day: date, value: float, unit: str, x: Spec, y: Spec, meaning: str) -> list[Spec]:
    """The point that the chart is about, and its value."""
    point = {"type": "point", "filled": True, "fill": var(meaning), "stroke": var("surface"), "size": 70, "opacity": 1}
    text = {"type": "text", "text": str(f.figure(value, unit)), "font": STRONG, "fontSize": 13, "color": var(meaning)}
    return [_at(day, value, x, y, point), _at(day, value, x, y, {**text, "align": "right", "dx": -9, "dy": -9})]


def _at(day: date, value: float, x: Spec, y: Spec, mark: Spec) -> Spec:
    """One mark at a day and a value."""
    data = values([{"day": day.isoformat(), "value": value}])
    return {"data": data, "mark": mark, "encoding": {"x": {"field": "day", **x}, "y": {"field": "value", **y}}}


def _days_axis(first: date, last: date) -> Spec:
    axis = {"tickCount": 6, "format": current().day_in_charts, "labelFlush": True}
    domain = [first.isoformat(), last.isoformat()]
    return {"type": "temporal", "scale": {"type": "utc", "domain": domain}, "axis": axis}


def _months_axis(first: date, last: date) -> Spec:
    axis = {"values": month_ticks(first, last, 3), "format": "%b %Y", "labelFlush": True}
    domain = [first.isoformat(), last.isoformat()]
    return {"type": "temporal", "scale": {"type": "utc", "domain": domain}, "axis": axis}


def _axis(low: float, high: float, unit: str) -> Spec:
    """The value axis with about four labels, in the unit of the metric."""
    margin = (high - low) * 0.15 or abs(high) * 0.05 or 1.0
    bottom = max(0.0, low - margin) if low >= 0 else low - margin
    formats = {
        "usd": f"(datum.value<0?'{f.MINUS}':'')+'$'+replace(format(abs(datum.value),'~s'),'G','B')",
        "ratio": f"replace(format(datum.value*100,'~f'),'-','{f.MINUS}')+'{f.THIN}%'",
    }
    plain = f"replace(format(datum.value,',~f'),'-','{f.MINUS}')" + (f"+'{f.TIMES}'" if unit == "times" else "")
    return {
        "type": "quantitative",
        "scale": {"domain": [bottom, high + margin], "nice": False, "zero": False},
        "axis": {"tickCount": 4, "labelExpr": formats.get(unit, plain)},
    }
