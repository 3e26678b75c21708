"""A chart of any result: a line through days, bars from zero. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from html import escape
from typing import Any

from app.manner import current, parted
from app.sql.queries import Chart
from app.sql.run import Found
from app.ui.charts import Spec, chart, time_axis, unit_axis, values
from app.ui.format import MINUS, number
from app.ui.look import var
from app.ui.sql_words import shown

KINDS = ("Line", "Bar")
MOST_BARS, MOST_POINTS = 60, 2000
HEIGHT = 280


class Undrawable(Exception):
    """Why a result makes no such chart; HTML of ours."""


def spec(found: Found, asked: Chart) -> tuple[Spec, str, str]:
    """The chart, its title, and what a screen reader says of it.

    Raises:
        Undrawable: it would say something that the rows do not.
    """
    x, y = found.names.index(asked.x), found.names.index(asked.y)
    kind = found.kinds[x]
    rows = [(row[x], float(row[y])) for row in found.rows if row[x] is not None and row[y] is not None]
    _refuse(rows, asked, kind)
    is_time = kind in ("day", "time")
    if is_time or (kind == "number" and asked.kind == "Line"):
        rows.sort(key=lambda row: row[0])
    data = [{"x": _along(value, kind), "y": each} for value, each in rows]
    low, high = min(each for _, each in rows), max(each for _, each in rows)
    along, up = _x(rows, kind), _y(low, high, from_zero=asked.kind == "Bar")
    encoding = {"x": {"field": "x", **along, "title": None}, "y": {"field": "y", **up, "title": None}}
    layer = {"data": values(data), "mark": _mark(asked, len(rows), is_time=is_time), "encoding": encoding}
    alt = f"{asked.y} by {asked.x}: {len(rows)} values, lowest {said(low)}, highest {said(high)}"
    return chart([layer], height=HEIGHT), finding(rows, asked, is_ordered=kind != "text"), alt


def finding(rows: Sequence[tuple[Any, float]], asked: Chart, *, is_ordered: bool) -> str:
    """What the rows say: how far it went from the first to the last, or which is the largest."""
    if is_ordered and len(rows) > 1:
        first, last = rows[0][1], rows[-1][1]
        if first == last:
            return f"{asked.y} ends where it began, at {said(last)}"
        return f"{asked.y} {'rose' if last > first else 'fell'} from {said(first)} to {said(last)}"
    value, most = max(rows, key=lambda row: row[1])
    return f"{shown(value)} has the largest {asked.y}, {said(most)}"


def said(value: float) -> str:
    """A number of unknown unit in a sentence."""
    return number(value, 0 if value == round(value) or abs(value) >= 1000 else 2)


def _mark(asked: Chart, count: int, *, is_time: bool) -> Spec:
    if asked.kind == "Bar":
        size: Spec = {"size": max(2, min(14, 600 // count))} if is_time else {"width": {"band": 0.7}}
        return {"type": "bar", "color": var("bar"), **size}
    return {"type": "line", "color": var("accent"), "point": count < 40 and {"color": var("accent"), "size": 28}}


def _refuse(rows: Sequence[tuple[Any, float]], asked: Chart, kind: str) -> None:
    if not rows:
        raise Undrawable("No row has both values.")
    if len({row[0] for row in rows}) < len(rows):
        raise Undrawable(f"Several rows have the same {escape(asked.x)}: a chart would draw one over the other. Add "
                         "them up in the statement, or choose another column.")  # fmt: skip
    most = MOST_BARS if asked.kind == "Bar" and kind not in ("day", "time") else MOST_POINTS
    if len(rows) > most:
        said = parted(len(rows))
        raise Undrawable(f"{said} rows cannot be told apart here; {parted(most)} can be drawn. Ask for fewer.")


def _along(value: Any, kind: str) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if kind == "number" else shown(value)


def _x(rows: Sequence[tuple[Any, float]], kind: str) -> Spec:
    if kind in ("day", "time"):
        days = [value.date() if isinstance(value, datetime) else value for value, _ in rows]
        if (days[-1] - days[0]).days > 70:
            return time_axis(days[0], days[-1])
        axis = {"format": current().day_in_charts, "tickCount": 8}
        return {"type": "temporal", "scale": {"type": "utc"}, "axis": axis}
    if kind == "number":
        return {"type": "quantitative", "scale": {"zero": False}, "axis": {"tickCount": 8}}
    return {"type": "nominal", "sort": None, "axis": {"labelLimit": 140, "labelAngle": 0 if len(rows) < 9 else -40}}


def _y(low: float, high: float, *, from_zero: bool) -> Spec:
    axis = unit_axis("number", low, high)
    if not from_zero:
        return axis
    label = f"(datum.value<0?'{MINUS}':'')+format(abs(datum.value),',~f')"
    return {"type": "quantitative", "scale": {"zero": True, "nice": True}, "axis": {"tickCount": 5, "labelExpr": label}}
