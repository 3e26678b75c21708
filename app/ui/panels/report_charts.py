"""A report as lines, areas, bars or a scatter: direct labels, bars and areas from zero, the largest parts and Other."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from app.metrics import Metric
from app.ui import format as f
from app.ui.charts import chart, day_value, label, money_axis, strong, time_axis, unit_axis, values
from app.ui.event_marks import TimeAxis
from app.ui.gathered import REST, Gathered, Key, Point
from app.ui.look import tokens, var
from app.ui.panels.lines import LABEL, Series, apart, spec, words
from app.ui.panels.report_words import series_of
from app.ui.periods import end_of, short
from app.ui.scales import scale_of, spoken
from app.ui.tiles import meaning

Spec = dict[str, Any]
FADES = (1.0, 0.72, 0.52, 0.38, 0.27, 0.18)
"""How much of one colour each area of a stack has: a rainbow of categories would say nothing."""
MOST_NAMED = 8
TITLED = {"titleFont": "IBM Plex Sans", "titleFontSize": 12, "titleFontWeight": 400, "titleColor": var("ink3")}
ROOM = (0.12, 0.07)
"""What a name needs in width and in height, as a part of what all points span."""
"""Points of a scatter that are named; more would stand on each other."""


def series(found: Gathered) -> list[Series]:
    """The lines: one for each part, or for each figure."""
    if found.by:
        return [series_of(found, 0, key, found.name(found.by[0], key[0])) for key in found.keys]
    return [series_of(found, at) for at in range(len(found.metrics))]


def lines(found: Gathered) -> tuple[Spec | None, str]:
    """The chart, and it in words."""
    drawn = [each for each in series(found) if each.points]
    unit = found.metrics[0].unit
    return (spec(drawn, unit), words(drawn, unit)) if drawn else (None, "")


def area(found: Gathered) -> tuple[Spec | None, str]:
    """Parts on each other from zero, the largest at the foot; nothing where one is below zero."""
    drawn = [each for each in series(found) if each.points]
    if not drawn or any(value < 0 for each in drawn for _, value in each.points):
        return None, ""
    height, unit = int(tokens()["chart"]["heightSecondRow"]), found.metrics[0].unit
    days = sorted({day for each in drawn for day, _ in each.points})
    below = dict.fromkeys(days, 0.0)
    layers, tops = [], []
    known = [dict(each.points) for each in drawn]
    most = max(sum(each.get(day, 0.0) for each in known) for day in days)
    x, y = time_axis(days[0], days[-1]), zero_axis(unit, 0.0, most)
    for at, mine in enumerate(known):
        rows, low = [], 0.0
        for day in days:
            low, below[day] = below[day], below[day] + mine.get(day, 0.0)
            rows.append({"day": day.isoformat(), "low": low, "high": below[day]})
        mark = {"type": "area", "color": var("bar"), "opacity": FADES[min(at, len(FADES) - 1)],
                "line": {"color": var("ground"), "strokeWidth": 1}}  # fmt: skip
        layers.append({"data": values(rows), "mark": mark, "encoding": {
            "x": {"field": "day", **x}, "y": {"field": "low", **y}, "y2": {"field": "high"}}})  # fmt: skip
        tops.append((below[days[-1]] + low) / 2)
    top = float(y["scale"]["domain"][1])
    shifts = apart([height * (1 - at / top) for at in tops])
    plain = {key: value for key, value in y.items() if key != "axis"}
    for at, each in enumerate(drawn):
        mark = {"align": "left", "dx": 8, "dy": shifts[at], "baseline": "middle"}
        said = f"{each.name} {f.figure(known[at].get(days[-1], 0.0), unit)}"
        layers.append(label(said, day_value(days[-1]), {"datum": tops[at], **plain},
                            **(strong(**mark) if at == 0 else {**mark, "color": var("ink2")})))  # fmt: skip
    return chart(layers, height=max(height, int(LABEL * len(drawn)))), words(drawn, unit)


def zero_axis(unit: str, low: float, high: float) -> Spec:
    """A y axis that has zero in it, as bars and areas need, with room above and below for labels."""
    axis = money_axis(low, high, zero=True) if unit == "usd" else unit_axis(unit, low, high)
    span = (high - low) or 1.0
    domain = [low - span * 0.12 if low < 0 else 0.0, high + span * 0.12 if high > 0 else 0.0]
    return {**axis, "scale": {"domain": domain, "zero": True, "nice": False}}


def columns(found: Gathered) -> tuple[Spec | None, str]:
    """Bars over time, upright from zero; the last one is labelled."""
    metric, grain = found.metrics[0], found.report.grain
    known = [(period, value) for period in found.periods if (value := found.point(0, period, ()).value) is not None]
    if not known:
        return None, ""
    low, high = min(0.0, *(value for _, value in known)), max(0.0, *(value for _, value in known))
    names = [short(period, grain) for period, _ in known]
    rows = [{"period": name, "value": value} for name, (_, value) in zip(names, known, strict=True)]
    every = max(1, len(names) // 6)
    shown = "[" + ",".join(f"'{name}'" for name in names[::-1][::every]) + "]"
    x = {"field": "period", "type": "nominal", "sort": None, "scale": {"paddingInner": 0.35},
         "axis": {"labelAngle": 0, "labelExpr": f"indexof({shown},datum.value)<0?'':datum.value",
                  "labelOverlap": False}}  # fmt: skip
    y = zero_axis(metric.unit, low, high)
    (last, value), plain = known[-1], {key: each for key, each in y.items() if key != "axis"}
    layers = [
        {"data": values(rows), "mark": {"type": "bar", "color": var("bar")},
         "encoding": {"x": x, "y": {"field": "value", **y}}},
        label(spoken(value, metric), {"datum": short(last, grain), "type": "nominal"}, {"datum": value, **plain},
              **strong(dy=-10 if value >= 0 else 12)),
    ]  # fmt: skip
    line = Series(metric.label, tuple((end_of(period, grain), each) for period, each in known))
    return chart(layers, height=int(tokens()["chart"]["heightSecondRow"])), words([line], metric.unit)


def column_axis(found: Gathered) -> TimeAxis:
    """The axis of time of upright bars: each period that has a bar, by the word that stands for it."""
    grain = found.report.grain
    known = [period for period in found.periods if found.point(0, period, ()).value is not None]
    names = tuple((period, short(period, grain)) for period in known)
    return TimeAxis(known[0], end_of(known[-1], grain), names, "nominal")


def ranked_html(found: Gathered) -> str:
    """Bars by part, lying down, from zero to either side; the tick is what is compared."""
    metric = found.metrics[0]
    points = [(key, found.point(0, found.last, key)) for key in found.keys]
    whole = found.whole(0, found.last)
    scale = scale_of(metric.unit, [*(point.value for _, point in points), whole.value], is_short=True)
    reach = [value for _, point in points for value in (point.value, point.compared) if value is not None]
    low, high = min(0.0, *reach, 0.0), max(0.0, *reach, 0.0)
    has_change = bool(found.report.compare)
    rows = "".join(row_html(found, key, point, scale.show(point.value), low, high) for key, point in points)
    change = '<th class="pl-num">change</th>' if has_change else ""
    head = f'<tr><th colspan="2">{escape(found.by[0].replace("_", " ").capitalize())}</th>'
    head += f'<th class="pl-num">{escape(scale.unit)}</th>{change}</tr>'
    foot = ""
    if found.report.totals and whole.value is not None:
        last = f'<td class="pl-num">{change_of(metric, whole)[0]}</td>' if has_change else ""
        foot = f'<tr class="pl-total"><td>All</td><td></td><td class="pl-num">{scale.show(whole.value)}</td>{last}</tr>'
    return f'<table class="pl-ranked pl-ordered"><thead>{head}</thead><tbody>{rows}{foot}</tbody></table>'


def row_html(found: Gathered, key: Key, point: Point, amount: str, low: float, high: float) -> str:
    """One bar; widths in per cent of all that the values span."""
    span = (high - low) or 1.0
    zero = 100 * -low / span
    bar = tick = ""
    if point.value is not None:
        left, width = min(point.value, 0.0) - low, abs(point.value)
        bar = f'<div class="pl-bar-fill" style="margin-left:{100 * left / span:.1f}%;width:{100 * width / span:.1f}%">'
        bar += "</div>"
    if point.compared is not None:
        tick = f'<div class="pl-bar-tick" style="left:{100 * (point.compared - low) / span:.1f}%"></div>'
    zero_line = f'<div class="pl-zero" style="left:{zero:.1f}%"></div>' if low < 0 else ""
    kind = ' class="pl-other"' if key[0] == REST else ""
    change = ""
    if found.report.compare:
        text, tone = change_of(found.metrics[0], point)
        change = f'<td class="pl-num"><span class="pl-{tone}">{text}</span></td>'
    return (
        f'<tr{kind}><td>{escape(found.name(found.by[0], key[0]))}</td><td class="pl-bar-cell"><div class="pl-bar">'
        f'{bar}{tick}{zero_line}</div></td><td class="pl-num">{amount}</td>{change}</tr>'
    )


def change_of(metric: Metric, point: Point) -> tuple[str, str]:
    """A change as it is read, and whether it is good."""
    if point.value is None or point.compared is None:
        return f.MISSING, "still"
    if metric.unit == "usd" and not point.compared:
        return ("new" if point.value else "0"), "still"
    text = f.change(point.value, point.compared, metric.unit)
    return text, meaning(text, metric.better)


def scatter(found: Gathered) -> tuple[Spec | None, str]:
    """A point for each part that both figures know; the outermost are named."""
    first, second = found.metrics
    points = [(found.name(found.by[0], key[0]), a, b) for key in found.keys
              if (a := found.point(0, found.last, key).value) is not None
              and (b := found.point(1, found.last, key).value) is not None]  # fmt: skip
    if not points:
        return None, ""
    x, y = (unit_axis(metric.unit, min(each), max(each)) for metric, each in
            ((first, [a for _, a, _ in points]), (second, [b for _, _, b in points])))  # fmt: skip
    x = {**x, "axis": {**x["axis"], "grid": False, "title": first.label, **TITLED}}
    y = {**y, "axis": {**y["axis"], "title": second.label, **TITLED}}
    rows = [{"name": name, "a": a, "b": b} for name, a, b in points]
    layers = [{"data": values(rows), "mark": {"type": "point", "filled": True, "size": 60, "color": var("accent")},
               "encoding": {"x": {"field": "a", **x}, "y": {"field": "b", **y}}}]  # fmt: skip
    for name, a, b in outermost(points):
        plain = ({key: each for key, each in axis.items() if key != "axis"} for axis in (x, y))
        at_x, at_y = plain
        layers.append(label(name, {"datum": a, **at_x}, {"datum": b, **at_y}, dy=-12, color=var("ink2")))
    said = " ".join(f"{name}: {spoken(a, first)} and {spoken(b, second)}." for name, a, b in points[:20])
    return chart(layers, height=int(tokens()["chart"]["heightSecondRow"])), said


def outermost(points: Sequence[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """The points farthest from the middle of all, each axis by its own span."""
    spans = [max(each) - min(each) or 1.0 for each in zip(*((a, b) for _, a, b in points), strict=True)]
    middles = [sum(each) / len(points) for each in zip(*((a, b) for _, a, b in points), strict=True)]
    far = sorted(points, key=lambda p: -(abs(p[1] - middles[0]) / spans[0] + abs(p[2] - middles[1]) / spans[1]))
    named: list[tuple[str, float, float]] = []
    for name, a, b in far:  # a name that would stand on another one is left out
        if all(abs(a - x) / spans[0] > ROOM[0] or abs(b - y) / spans[1] > ROOM[1] for _, x, y in named):
            named.append((name, a, b))
    return named[:MOST_NAMED]
