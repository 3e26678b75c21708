"""What came and what went each month: bars above and below zero, the running month striped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Any

from app.dashboard import Flow
from app.ui import format as f
from app.ui import titles
from app.ui.charts import Spec, chart, led, stripes, strong, values
from app.ui.event_marks import TimeAxis
from app.ui.look import tokens, var
from app.ui.panels.frame import Picture, no_month
from app.ui.reading import Reading, month_end
from app.ui.ways import way_to

Month = tuple[date, float, float]
Ways = Mapping[tuple[date, bool], str]
PLOT_HEIGHT = 280
FREE = 0.85
"""A running month below this part of the closed one leaves room above its bar for the closed one's number."""


def make(reading: Reading, panel: Flow) -> Picture:
    """Reads and composes the panel."""
    came = reading.series(panel.came, panel.months, partial=True)
    went = reading.series(panel.went, panel.months, partial=True)
    rows = [(month, came.get(month) or 0.0, went.get(month) or 0.0) for month in sorted({*came, *went})]
    closed = next((row for row in rows if row[0] == reading.closed), None)
    if closed is None:
        return no_month(panel.noun, panel.came)
    total = reading.series(panel.total, 1).get(reading.closed) if panel.total else None
    back = reading.series(panel.back, 1).get(reading.closed) if panel.back else None
    subtitle = f"{standing(total, back)}Per month{'' if reading.is_past else '; striped: month to date'}"
    title = titles.flow(panel.noun, closed[1], closed[2])
    shown = tuple(name for name in (panel.came, panel.went, panel.total, panel.back) if name)
    today = reading.as_of.astimezone(reading.zone).date()
    corner = f"Closed {f.day(month_end(reading.closed))}" if reading.is_past else f.day(today)
    return Picture(title, subtitle, corner, shown, spec(rows, reading.running, ways(reading, panel, rows)),
                   alt=words(title, rows, reading.closed),
                   time=TimeAxis(rows[0][0], month_end(rows[-1][0]), tuple((at, at.isoformat()) for at, _, _ in rows)),
                   month=reading.closed, value=closed[1])  # fmt: skip


def ways(reading: Reading, panel: Flow, rows: Sequence[Month]) -> dict[tuple[date, bool], str]:
    """(month, whether it came) → where that bar leads; without those that lead nowhere."""
    found = {(month, is_gain): way_to(reading, name, month) if value else ""
             for month, came, went in rows
             for is_gain, name, value in ((True, panel.came, came), (False, panel.went, went))}  # fmt: skip
    return {bar: href for bar, href in found.items() if href}


def standing(total: float | None, back: float | None) -> str:
    """Such as "4,568 in all, 7 came back. "; what is not known or nothing is not told."""
    told = [f"{f.number(total)} in all"] if total is not None else []
    told += [f"{f.number(back)} came back"] if back else []
    return f"{', '.join(told)}. " if told else ""


def words(title: str, rows: Sequence[Month], closed: date) -> str:
    """The chart in words: the closed month, and the whole span before the running one."""
    over = [row for row in rows if row[0] <= closed]
    came, went = sum(row[1] for row in over), sum(row[2] for row in over)
    return (
        f"{title} in {f.month_year(closed)}. In {len(over)} months from {f.month_year(over[0][0])}: "
        f"{f.number(came)} won, {f.number(went)} lost."
    )


def pieces(rows: Sequence[Month], running: date, ways: Ways = MappingProxyType({})) -> list[dict[str, Any]]:
    """Bars as rows of month, from, to, colour and where they lead; the running month cut into stripes."""
    reach = (max(came for _, came, _ in rows) + max(went for _, _, went in rows)) * 1.24
    made = []
    for month, came, went in rows:
        for value, meaning in ((came, "gainFill"), (-went, "lossFill")):
            cuts = stripes(value, reach, PLOT_HEIGHT) if month == running else [(0.0, value)]
            bar: Spec = {"month": month.isoformat(), "colour": var(meaning)}
            bar |= {"href": href} if (href := ways.get((month, meaning == "gainFill"))) else {}
            made += [{**bar, "from": a, "to": b} for a, b in cuts if a != b]
    return made


def beside(is_free: bool) -> Spec:
    """Where a bar's number stands: over the running month's bar where that is shorter, else over the month before."""
    return {"align": "left", "dx": -8} if is_free else {"align": "right", "dx": 12}


def named(months: Sequence[date]) -> list[str]:
    """The months with a name at the axis: every other, counted from the last, but for those beside a year's number."""
    years = {at for at, month in enumerate(months) if month.month == 1}
    every_other = {at for at in range(len(months) - 1, -1, -2) if not years & {at - 1, at + 1}}
    return [months[at].isoformat() for at in sorted(years | every_other)]


def spec(rows: Sequence[Month], running: date, ways: Ways = MappingProxyType({})) -> dict[str, Any]:
    """The chart; the last closed month's bars carry their numbers."""
    order = [month.isoformat() for month, _, _ in rows]
    month = "utcmonth(toDate(datum.value))"
    name = f"{month}==0?utcFormat(toDate(datum.value),'%Y'):utcFormat(toDate(datum.value),'%b')"
    text = f"indexof({named([month for month, _, _ in rows])},datum.value)>=0?({name}):''"
    x = {"field": "month", "type": "ordinal", "sort": order, "scale": {"paddingInner": 0.36, "domain": order},
         "axis": {"labelAngle": 0, "labelExpr": text, "domain": False, "labelOverlap": False}}  # fmt: skip
    minus = f"(datum.value<0?'{f.MINUS}':'')+format(abs(datum.value),',')"
    up, down = max(came for _, came, _ in rows) or 1.0, max(went for _, _, went in rows)
    domain = [-down - 0.12 * (up + down), up + 0.12 * (up + down)]
    axis = {"tickCount": 5, "tickMinStep": 1, "labelExpr": minus}
    y = {"type": "quantitative", "axis": axis, "scale": {"domain": domain}}
    bars = {"data": values(pieces(rows, running, ways)), "mark": {"type": "bar", "aria": False},
            "encoding": {"x": x, "y": {"field": "from", **y}, "y2": {"field": "to"},
                         "color": {"field": "colour", "type": "nominal", "scale": None}, **led(ways)}}  # fmt: skip
    zero = {"data": values([{}]), "mark": {"type": "rule", "color": var("ink")}, "encoding": {"y": {"datum": 0, **y}}}
    last, came, went = next(row for row in reversed(rows) if row[0] != running)
    after = next((row for row in rows if row[0] == running), (running, 0.0, 0.0))
    ends: list[Spec] = [
        {"month": last.isoformat(), "at": came, "text": f.signed(came), "is_free": after[1] < came * FREE},
        {"month": last.isoformat(), "at": -went, "text": f.signed(-went), "is_free": after[2] < went * FREE},
    ][: 2 if went else 1]
    labels = [
        {"data": values([row]), "mark": {"type": "text", "dy": 9 if row["at"] < 0 else -8, **beside(row["is_free"]),
                                         **strong()},
         "encoding": {"x": x, "y": {"field": "at", **y}, "text": {"field": "text"}}}
        for row in ends
    ]  # fmt: skip
    return chart([bars, zero, *labels], height=tokens()["chart"]["heightSecondRow"])
