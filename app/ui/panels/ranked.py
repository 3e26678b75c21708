"""Ranked parts of a whole: the five largest and "other", each with a tick where it stood a year before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from html import escape

from app.dashboard import Ranked
from app.ui import format as f
from app.ui import titles
from app.ui.dimension_words import plural
from app.ui.panels.frame import Picture, no_month
from app.ui.places import UNKNOWN, shown
from app.ui.reading import Reading, as_date, as_float, as_text, month_end, records, shift
from app.ui.scales import scale_of
from app.ui.tables import way
from app.ui.ways import way_to

MOST = 5


@dataclass(frozen=True)
class Part:
    """A part now and some months before; `count` parts are folded into an "other"; `keys` as the warehouse has them."""

    name: str
    now: float
    before: float
    count: int = 1
    keys: tuple[str, ...] = ()

    @property
    def change(self) -> float:
        return self.now - self.before

    @property
    def growth(self) -> str:
        return f.signed_percent(self.now / self.before - 1) if self.before else "new"


def parts(reading: Reading, metric: str, dimension: str, months: int = 12) -> list[Part]:
    """All parts of a metric in the closed month and so many months before, largest first."""
    frame = reading.answer(metric, months + 1, by=(dimension,)).frame
    then = shift(reading.closed, -months)
    now: dict[str, float] = {}
    before: dict[str, float] = {}
    keys: dict[str, dict[str, None]] = {}
    for row in records(frame):
        month, value = as_date(row["month"]), as_float(row["value"]) or 0.0
        name = shown(dimension, as_text(row[dimension])) or UNKNOWN
        keys.setdefault(name, {})[as_text(row[dimension])] = None
        side = now if month == reading.closed else before if month == then else None
        if side is not None:
            side[name] = side.get(name, 0.0) + value
    names = {name for side in (now, before) for name, value in side.items() if value}
    made = [Part(name, now.get(name, 0.0), before.get(name, 0.0), keys=tuple(keys[name])) for name in names]
    return sorted(made, key=lambda part: (-part.now, part.name))


def folded(all_parts: list[Part], noun: str, most: int = MOST) -> list[Part]:
    """The largest parts, the rest summed as "Other, 4 products"."""
    if len(all_parts) <= most + 1:
        return all_parts
    rest = all_parts[most:]
    name = f"Other, {len(rest)} {plural(noun)}"
    return [*all_parts[:most], Part(name, sum(p.now for p in rest), sum(p.before for p in rest), len(rest),
                                    tuple(key for p in rest for key in p.keys))]  # fmt: skip


def make(reading: Reading, panel: Ranked) -> Picture:
    """Reads and composes the panel; the title speaks of the first dimension."""
    metric = reading.metric(panel.metric)
    groups = {dimension: parts(reading, panel.metric, dimension) for dimension in panel.by}
    leading = groups[panel.by[0]]
    if not any(part.now for part in leading):
        return no_month(metric.label, panel.metric)
    title = titles.ranked([(part.name, part.change) for part in leading])
    subtitle = f"{metric.label} in {f.month_name(reading.closed)}. The tick is a year before"
    tables = "".join(
        group_html(dimension, folded(found, dimension), partial(way_of, reading, panel.metric, dimension))
        for dimension, found in groups.items()
    )
    return Picture(title, subtitle, f"Closed {f.day(month_end(reading.closed))}", (panel.metric,), html=tables,
                   month=reading.closed, value=sum(part.now for part in leading))  # fmt: skip


def way_of(reading: Reading, metric: str, dimension: str, part: Part) -> str:
    """Where a part's figure leads; nothing where it has no name in the warehouse."""
    pairs = tuple((dimension, key) for key in part.keys)
    return way_to(reading, metric, reading.closed, pairs) if part.now and pairs else ""


def group_html(dimension: str, found: list[Part], way_of: Callable[[Part], str] = lambda _: "") -> str:
    """One dimension as a table with bars; widths in per cent of the longest. `way_of` says where a figure leads."""
    most = max((max(part.now, part.before) for part in found), default=0.0) or 1.0
    scale = scale_of("usd", [part.now for part in found], is_short=True)
    unit = scale.unit
    rows = "".join(row_html(part, most, way(scale.show(part.now), way_of(part))) for part in found)
    head = (
        f'<tr><th class="pl-strong" colspan="2">By {escape(dimension)}<span class="pl-narrow">, {unit}</span></th>'
        f'<th class="pl-num"><span class="pl-wide">{unit}</span></th><th class="pl-num">on the year</th></tr>'
    )
    return f'<table class="pl-ranked"><thead>{head}</thead><tbody>{rows}</tbody></table>'


def row_html(part: Part, most: float, amount: str) -> str:
    fill, tick = (round(100 * max(value, 0.0) / most, 1) for value in (part.now, part.before))
    kind = ' class="pl-other"' if part.count > 1 else ""
    marker = f'<div class="pl-bar-tick" style="left:{tick}%"></div>' if part.before else ""
    return (
        f'<tr{kind}><td>{escape(part.name)}</td>'
        f'<td class="pl-bar-cell"><div class="pl-bar"><div class="pl-bar-fill" style="width:{fill}%"></div>{marker}'
        f'</div></td><td class="pl-num">{amount}</td><td class="pl-num">{part.growth}</td></tr>'
    )
