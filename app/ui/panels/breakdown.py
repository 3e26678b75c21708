"""A metric by its dimensions as tables: before, now, change, share; the sum is the tile's figure."""

from __future__ import annotations

from app.dashboard import Breakdown
from app.ui import format as f
from app.ui import titles
from app.ui.panels.frame import Picture, no_month
from app.ui.panels.ranked import Part, folded, parts, way_of
from app.ui.reading import Reading, month_end, shift
from app.ui.tables import Cell, Column, table
from app.ui.ways import way_to

MOST = 10


def make(reading: Reading, panel: Breakdown) -> Picture:
    """Reads and composes the panel; the first dimension's largest part makes the title."""
    metric = reading.metric(panel.metric)
    found = {dimension: parts(reading, panel.metric, dimension, reading.compare) for dimension in panel.by}
    leading = found[panel.by[0]]
    whole = sum(part.now for part in leading)
    if not whole:
        return no_month(metric.label, panel.metric)
    title = titles.breakdown(metric.label, panel.by[0], [(part.name, part.now / whole) for part in leading])
    html = "".join(part_table(reading, panel.metric, dimension, all_parts) for dimension, all_parts in found.items())
    return Picture(title, f"{metric.label}, US dollars", f"Closed {f.day(month_end(reading.closed))}", (panel.metric,),
                   html=html, month=reading.closed, value=whole)  # fmt: skip


def part_table(reading: Reading, metric: str, dimension: str, all_parts: list[Part]) -> str:
    """One dimension as a table, with its sum."""
    then, now = f.month_year(shift(reading.closed, -reading.compare)), f.month_year(reading.closed)
    columns = (Column(dimension.capitalize()), Column(then, True, is_extra=True), Column(now, True),
               Column("Change", True), Column("Share", True))  # fmt: skip
    whole = Part("All", sum(part.now for part in all_parts), sum(part.before for part in all_parts))
    rows = [
        row(part, whole.now, way_of(reading, metric, dimension, part)) for part in folded(all_parts, dimension, MOST)
    ]
    total = row(whole, whole.now, way_to(reading, metric, reading.closed))
    return table(columns, rows, total=total, caption=f"By {dimension}")


def row(part: Part, whole: float, href: str = "") -> tuple[Cell | str, ...]:
    share = f.percent(part.now / whole) if whole else f.MISSING
    return (part.name, f.number(part.before), Cell(f.number(part.now), href=href), part.growth, share)
