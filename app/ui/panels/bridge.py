"""The bridge from one close to the next, lying down: a name, a step, an amount. Zero of its axis is the opening."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from app.dashboard import Bridge
from app.ui import format as f
from app.ui import titles
from app.ui.charts import Spec, chart, led, strong, values
from app.ui.look import tokens, var
from app.ui.panels.frame import Picture, no_month
from app.ui.reading import Reading, month_end, shift
from app.ui.ways import way_to

SHORT = {"new_mrr": "New", "expansion_mrr": "Expansion", "reactivation_mrr": "Reactivation",
         "contraction_mrr": "Contraction", "churned_mrr": "Churn", "fx_mrr": "Exchange rate"}  # fmt: skip

LONG_BAR = 0.45
"""From so much of the axis on a bar holds its own label, on the narrowest phone too."""


@dataclass(frozen=True)
class Step:
    """One step: from where to where, both as distance from the opening figure."""

    name: str
    start: float
    end: float
    meaning: str

    @property
    def amount(self) -> float:
        return self.end - self.start


def steps(moves: Sequence[tuple[str, float]]) -> list[Step]:
    """Steps one after the other; each begins where the last ended."""
    at, made = 0.0, []
    for name, amount in moves:
        made.append(Step(name, at, at + amount, "gainFill" if amount >= 0 else "lossFill"))
        at += amount
    return made


def make(reading: Reading, panel: Bridge) -> Picture:
    """Reads and composes the panel over one month or twelve."""
    months = reading.compare
    names = (*panel.gains, *panel.losses, *panel.others)
    totals = {name: sum(v or 0.0 for v in reading.series(name, months).values()) for name in names}
    first = shift(reading.closed, 1 - months)
    opening = reading.series(panel.opening, months).get(first)
    closing = reading.series(panel.closing, months).get(reading.closed)
    label = reading.metric(panel.closing).label
    if opening is None or closing is None:
        return no_month(label, panel.closing)
    signs = {name: -1.0 if name in panel.losses else 1.0 for name in names}
    moves = [(SHORT.get(name, reading.metric(name).label), signs[name] * totals[name]) for name in names]
    ways = {name: href for (name, amount), metric in zip(moves, names, strict=True)
            if amount and (href := way_to(reading, metric, reading.closed) if months == 1 else "")}  # fmt: skip
    won = sum(totals[name] for name in panel.gains)
    lost = sum(totals[name] for name in panel.losses)
    before = shift(reading.closed, -months)
    spell = f.month_name if months < 12 else f.month_year
    span = f"{label}, US dollars, {spell(before)} to {spell(reading.closed)}"
    title = titles.bridge(label, opening, closing, won, lost)
    alt = "; ".join(f"{name} {f.signed(amount)}" for name, amount in moves)
    return Picture(title, span, f"Closed {f.day(month_end(reading.closed))}", (panel.closing, panel.opening, *names),
                   spec(spell(before), spell(reading.closed), opening, closing, moves, ways),
                   alt=f"{title}. From {f.number(opening)} to {f.number(closing)}: {alt}.",
                   month=reading.closed, value=closing)  # fmt: skip


def net_place(net: float, lowest: float, highest: float) -> tuple[float, Spec]:
    """Where on the axis the net change is written, and how: in its bar where that is long, else where the room is.

    At the right edge stands the closing figure, which on a phone is near.
    """
    span = (highest - lowest) or 1.0
    left, right = min(net, 0.0), max(net, 0.0)
    if right - left >= LONG_BAR * span:
        return right, {"align": "right", "dx": -6, "color": var("ground")}
    if highest - right >= left - lowest:
        return right, {"align": "left", "dx": 6}
    return left, {"align": "right", "dx": -6}


def spec(
    before: str, after: str, opening: float, closing: float, moves: Sequence[tuple[str, float]],
    ways: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:  # fmt: skip
    """The chart: bars from the opening figure, amounts at the right edge; `ways` says where a step leads."""
    made = steps(moves)
    bars: list[Spec] = [{"name": s.name, "from": s.start, "to": s.end, "colour": var(s.meaning)} for s in made]
    bars.append({"name": after, "from": 0.0, "to": closing - opening, "colour": var("accent")})
    bars = [bar | ({"href": ways[bar["name"]]} if bar["name"] in ways else {}) for bar in bars]
    amounts = [{"name": before, "text": f.number(opening)}]
    amounts += [{"name": s.name, "text": f.signed(s.amount)} for s in made]
    amounts.append({"name": after, "text": f.number(closing)})
    order = [row["name"] for row in amounts]
    joins = [{"name": made[i].name, "next": order[i + 2], "at": made[i].end} for i in range(len(made))]
    reach = [edge for bar in bars for edge in (bar["from"], bar["to"])]
    span = (max(reach) - min(reach)) or 1.0
    domain = [min(reach), max(reach) + span * 0.55]
    axis = {"orient": "left", "labelAlign": "left", "labelPadding": 108, "minExtent": 108, "labelColor": var("ink")}
    y = {"field": "name", "type": "nominal", "sort": order, "axis": axis, "scale": {"paddingInner": 0.42}}
    scale = {"type": "quantitative", "axis": None, "scale": {"domain": domain, "nice": False, "zero": False}}
    bar = {"data": values(bars), "mark": {"type": "bar", "aria": False},
           "encoding": {"y": y, "x": {"field": "from", **scale}, "x2": {"field": "to"},
                        "color": {"field": "colour", "type": "nominal", "scale": None}, **led(ways)}}  # fmt: skip
    text = {"data": values(amounts), "mark": {"type": "text", "align": "right", "color": var("ink")},
            "encoding": {"y": y, "x": {"value": {"expr": "width"}}, "text": {"field": "text"}}}  # fmt: skip
    join = {"data": values(joins), "mark": {"type": "rule", "color": var("ink3"), "strokeWidth": 1},
            "encoding": {"y": {**y, "bandPosition": 1}, "y2": {"field": "next", "bandPosition": 0},
                         "x": {"field": "at", **scale}}}  # fmt: skip
    zero = {"data": values([{}]), "mark": {"type": "rule", "color": var("ink")},
            "encoding": {"x": {"datum": 0, **scale}}}  # fmt: skip
    at, mark = net_place(closing - opening, min(reach), max(reach))
    net = {"data": values([{"name": after, "at": at}]),
           "mark": {"type": "text", "text": f.signed(closing - opening), **strong(), **mark},
           "encoding": {"y": y, "x": {"field": "at", **scale}}}  # fmt: skip
    return chart([join, bar, zero, text, net], height=tokens()["chart"]["heightFirstRow"])
