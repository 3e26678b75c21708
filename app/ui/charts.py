"""Charts as Vega-Lite dicts: one spec serves both themes, because every colour is a custom property. Pure.

Dates are sent as ISO days and read as UTC, so that no reader's time zone moves a month.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from app.ui import format as f
from app.ui.look import tokens, var, vega_config

Spec = dict[str, Any]
NARROW = 0.25
HEADROOM = 0.15
"""Kept free beyond the last value, where its label and the words at the plumb line stand, as a part of the span."""
YEAR_OR_MONTH = "utcmonth(datum.value)==0?utcFormat(datum.value,'%Y'):utcFormat(datum.value,'%b')"


def chart(layers: Sequence[Spec], *, height: int, **more: Any) -> Spec:
    """A layered chart with our settings around it."""
    return {
        "layer": list(layers),
        "width": "container",
        "height": height,
        "autosize": {"type": "fit", "contains": "padding"},
        "padding": {"left": 0, "right": 0, "top": 4, "bottom": 4},
        "config": vega_config(),
        "usermeta": {"embedOptions": {"renderer": "svg", "actions": False, "loader": {"target": "_self"}}},
        **more,
    }


def values(rows: Sequence[Mapping[str, Any]]) -> Spec:
    return {"values": list(rows)}


def label(text: str | list[str], x: Any, y: Any, **mark: Any) -> Spec:
    """One text at a place; x and y are encodings with a datum."""
    return {"data": values([{}]), "mark": {"type": "text", "text": text, **mark}, "encoding": {"x": x, "y": y}}


def led(ways: object) -> Spec:
    """The encoding by which marks lead where their row's `href` says; nothing where none does."""
    return {"href": {"field": "href", "type": "nominal"}} if ways else {}


def strong(**mark: Any) -> Spec:
    return {"fontWeight": tokens()["type"]["weight"]["strong"], "color": var("ink"), **mark}


def month_ticks(first: date, last: date, every: int = 6) -> list[str]:
    """The firsts of the months to name on a time axis: January and July, or every third."""
    ticks, year, month = [], first.year, 1
    while date(year, month, 1) <= last:
        if date(year, month, 1) >= first:
            ticks.append(date(year, month, 1).isoformat())
        month += every
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
    return ticks


def time_axis(first: date, last: date) -> Spec:
    """The x encoding of a time chart, without its field."""
    if first == last:
        first, last = first - timedelta(days=15), last + timedelta(days=15)
    months = (last.year - first.year) * 12 + last.month - first.month
    axis = {"values": month_ticks(first, last, 6 if months > 15 else 3), "labelExpr": YEAR_OR_MONTH}
    return {"type": "temporal", "scale": {"type": "utc", "domain": [first.isoformat(), last.isoformat()]}, "axis": axis}


def day_value(day: date) -> Spec:
    """A day as a datum: Vega reads a number as milliseconds, where it would leave a text unread."""
    return {"datum": (day - date(1970, 1, 1)).days * 86_400_000, "type": "temporal"}


def money_axis(low: float, high: float, *, zero: bool) -> Spec:
    """The y scale and axis of a money chart: about five round labels such as $12M."""
    most = max(abs(low), abs(high))
    unit, letter = (1e9, "B") if most >= 1e9 else (1e6, "M") if most >= 1e6 else (1e3, "K") if most >= 1e4 else (1, "")
    minus = f"(datum.value<0?'{f.MINUS}':'')"
    expr = f"{minus}+'$'+format(abs(datum.value)/{unit:.0f},',~f')+(datum.value==0?'':'{letter}')"
    scale: Spec = {"zero": zero, "nice": True}
    if not zero:
        margin = (high - low) * 0.08 or abs(high) * 0.05 or 1.0
        scale |= {"domain": [low - margin, high + margin]}
    return {"type": "quantitative", "scale": scale, "axis": {"tickCount": 5, "labelExpr": expr}}


def unit_axis(unit: str, low: float, high: float) -> Spec:
    """The y scale and axis of lines by a metric's unit, without zero: a margin below and above, never below zero."""
    if unit == "usd":
        return money_axis(low, high, zero=False)
    margin = (high - low) * 0.08 or abs(high) * 0.05 or 1.0
    minus = f"(datum.value<0?'{f.MINUS}':'')"
    value = f"format(abs(datum.value)*100,',~f')+'{f.THIN}%'" if unit == "ratio" else "format(abs(datum.value),',~f')"
    value += f"+'{f.TIMES}'" if unit == "times" else ""
    domain = [low - margin if low < 0 else max(0.0, low - margin), high + margin]
    axis = {"tickCount": 5, "labelExpr": f"{minus}+{value}"} | ({"tickMinStep": 1} if unit == "count" else {})
    return {"type": "quantitative", "scale": {"domain": domain, "zero": False}, "axis": axis}


def has_room(first: date, day: date, end: date) -> bool:
    """Whether a word fits at the left of a day: a young company's past is too narrow for one."""
    return (day - first).days >= (end - first).days * NARROW


def rises(values: Sequence[float]) -> bool:
    """Whether a line comes from below to its end, where its label then stands above it; else below.

    The label is about three months wide.
    """
    before = values[-4:-1]
    return not before or min(before) < values[-1] or max(before) == values[-1]


def last_label(text: str, x: Spec, y: Spec, *, is_roomy: bool, is_above: bool) -> Spec:
    """The last value of a line, at the left of its end, or at the right where the past is narrow."""
    side: Spec = {"align": "right", "dx": -8} if is_roomy else {"align": "left", "dx": 8}
    return label(text, x, y, dy=-14 if is_above else 18, **strong(**side))


def plumb_line(day: date, left: str, right: str) -> list[Spec]:
    """The sign for the end of certainty: a hairline with a bob at its foot, a word on either side, or none."""
    bob = tokens()["chart"]["bob"]
    x = day_value(day)
    y_top, y_foot = {"value": 8}, {"value": {"expr": f"height{bob['yOffset']:+d}"}}
    words = {"fontSize": 12, "color": var("ink2"), "baseline": "top"}
    return [
        {"data": values([{}]), "mark": {"type": "rule", "color": var("ink")}, "encoding": {"x": x}},
        {"data": values([{}]),
         "mark": {"type": "point", "shape": bob["path"], "size": bob["size"], "fill": var("ink"), "stroke": None,
                  "filled": True, "opacity": 1},
         "encoding": {"x": x, "y": y_foot}},
        *([label(left, x, y_top, align="right", dx=-6, **words)] if left else []),
        label(right, x, y_top, align="left", dx=6, **words),
    ]  # fmt: skip


def line(rows: Sequence[Spec], x: Spec, y: Spec, **mark: Any) -> Spec:
    """A line through rows of day and value."""
    encoding = {"x": {"field": "day", **x}, "y": {"field": "value", **y}}
    return {"data": values(rows), "mark": {"type": "line", **mark}, "encoding": encoding}


def dots(rows: Sequence[Mapping[str, Any]], x: Spec, y: Spec, colour: str) -> Spec:
    """Points at rows of day and value."""
    encoding = {"x": {"field": "day", **x}, "y": {"field": "value", **y}}
    mark = {"type": "point", "filled": True, "size": 24, "color": colour}
    return {"data": values(rows), "mark": mark, "encoding": encoding}


def band(rows: Sequence[Spec], x: Spec, y: Spec, meaning: str) -> Spec:
    """An area between low and high."""
    encoding = {"x": {"field": "day", **x}, "y": {"field": "low", **y}, "y2": {"field": "high"}}
    return {"data": values(rows), "mark": {"type": "area", "color": var(meaning)}, "encoding": encoding}


def stripes(value: float, reach: float, height: int) -> list[tuple[float, float]]:
    """A bar cut into stripes of 4 units with gaps of 4, in data units: how the running period is drawn.

    Args:
        value: how far the bar goes, above or below zero.
        reach: what the whole axis spans.
        height: the plot's height in pixels.
    """
    step = 4 * reach / height if height else 0.0
    sign = 1 if value >= 0 else -1
    pieces, at = [], 0.0
    while step and at < abs(value):
        pieces.append((sign * at, sign * min(at + step, abs(value))))
        at += 2 * step
    return pieces

