"""A report as a table (its figures in columns) or as a pivot (one figure, a field across)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.metrics import Metric
from app.reports.report import TIME
from app.ui import format as f
from app.ui.dimension_words import noun
from app.ui.gathered import NOTHING, Gathered, Key, Point
from app.ui.orders import place
from app.ui.panels.report_words import notes
from app.ui.periods import called, earlier, short
from app.ui.scales import Scale, scale_of
from app.ui.tables import Cell, Column, table
from app.ui.tiles import meaning

MOST_ROWS = 200
NO_ROW = "\u2013"
MOST_COLUMNS = 36
ON_A_PHONE = 2


@dataclass(frozen=True)
class Line:
    """A row: its names, and a period with a key for each."""

    names: tuple[str, ...]
    period: date
    key: Key


def lines_of(found: Gathered) -> list[Line]:
    """The rows of a table: each period and part of the fields in rows, in their order."""
    rows = found.report.rows
    if TIME not in rows:
        return [Line(names(found, key), found.last, key) for key in found.keys]
    at = rows.index(TIME)
    periods = [(period, called(period, found.report.grain)) for period in found.periods]
    some = {place for points in found.points for place in points}
    made = [
        Line((*names(found, key)[:at], said, *names(found, key)[at:]), period, key)
        for period, said in periods for key in found.keys or ((),) if (period, key) in some
    ]  # fmt: skip
    order = {key: place for place, key in enumerate(found.keys)}
    return made if at == 0 else sorted(made, key=lambda line: (order.get(line.key, 0), line.period))


def names(found: Gathered, key: Key) -> tuple[str, ...]:
    """A key as people read it; the rest has no part of the other dimensions' names but their own."""
    return tuple(found.name(dimension, value) for dimension, value in zip(found.by, key, strict=True))


def table_html(found: Gathered) -> str:
    """The table; the last row is the whole, asked anew."""
    report, lines = found.report, lines_of(found)
    shown, left = lines[:MOST_ROWS], len(lines) - MOST_ROWS
    wholes = [found.whole(at, found.last) for at in range(len(found.metrics))]
    has_whole = bool(report.totals and found.by and not report.is_over_time
                     and any(each.value is not None for each in wholes))  # fmt: skip
    heads, cells, foot = [], [], list[Cell | str]()
    for at, metric in enumerate(found.metrics):
        points = [found.point(at, line.period, line.key) for line in shown]
        column = FigureColumn(found, metric, points, wholes[at] if has_whole else None)
        heads += column.heads(at)
        cells.append([column.cells(point) for point in points])
        foot += column.cells(wholes[at], is_whole=True) if has_whole else []
    fields = [Column(called_field(name, report.grain)) for name in report.rows] or [Column("")]
    rows = [[*(line.names or ("All",)), *(cell for column in cells for cell in column[index])]
            for index, line in enumerate(shown)]  # fmt: skip
    total = ["All", *[""] * (len(fields) - 1), *foot] if has_whole else []
    said = [f"And {left} more rows: narrow the report to see them."] if left > 0 else []
    return table([*fields, *heads], rows, total=total, caption="The report") + notes(found, said)


def called_field(name: str, grain: str) -> str:
    return (grain if name == TIME else noun(name)).capitalize()


class FigureColumn:
    """A figure's cells in one scale: the value, and behind it the change where the report compares."""

    def __init__(self, found: Gathered, metric: Metric, points: Sequence[Point], whole: Point | None) -> None:
        every = [*points, *([whole] if whole else [])]
        self.report, self.metric, self.last = found.report, metric, found.last
        self.scale = scale_of(metric.unit, [value for each in every for value in (each.value, each.compared)])
        self.most = max((abs(each.value) for each in points if each.value is not None), default=0.0)

    def heads(self, at: int) -> list[Column]:
        label = self.scale.head(self.metric.label)
        if not self.report.compare:
            return [Column(label, True, is_extra=at >= ON_A_PHONE)]
        than = earlier(self.last, self.report.grain, self.report.compare)
        on = f"on the {self.report.compare.replace('_', ' ')}" if self.report.is_over_time else f"on {than}"
        return [Column(label, True, is_extra=at >= ON_A_PHONE), Column(on, True, is_extra=at >= 1)]

    def cells(self, point: Point, *, is_whole: bool = False) -> list[Cell | str]:
        """The value, and its change by meaning."""
        mark = self.report.mark
        fill = None
        if mark == "bar" and not is_whole and point.value is not None and self.most:
            fill = 100 * abs(point.value) / self.most
        change = changed(point, self.metric, self.scale) if self.report.compare else Cell("")
        tone = change.meaning if mark == "change" and change.meaning in ("gain", "loss") else ""
        made: list[Cell | str] = [Cell(self.scale.show(point.value), tone, fill=fill)]
        return [*made, change] if self.report.compare else made


def changed(point: Point, metric: Metric, scale: Scale) -> Cell:
    """A change in per cent or points; in the column's unit, where an amount lies on both sides of zero."""
    if point.value is None or point.compared is None:
        return Cell(f.MISSING)
    if metric.unit == "usd" and (point.compared <= 0 or point.value < 0):
        if not point.compared:
            return Cell("new" if point.value else "0")
        text = f"{f.signed((point.value - point.compared) * scale.factor, scale.decimals)}{f.THIN}{scale.unit}"
    else:
        text = f.change(point.value, point.compared, metric.unit)
    return Cell(text, meaning(text, metric.better))


def pivot_html(found: Gathered) -> str:
    """The pivot: parts or periods down, parts or periods across; a total only where one was asked."""
    report, metric = found.report, found.metrics[0]
    rows, columns = axes(found)
    by_rows, by_columns = (tuple(name for name in names if name != TIME) for names in (report.rows, report.columns))
    shown, more_rows = rows[:MOST_ROWS], len(rows) - MOST_ROWS
    drawn = columns[-MOST_COLUMNS:] if not by_columns else columns[:MOST_COLUMNS]
    grid = [[found.point(0, *meet(found, row, column)) for column in drawn] for row in shown]
    side = [found.whole(0, row.period, by_rows, row.key) for row in shown] if by_columns else []
    foot = [found.whole(0, column.period, by_columns, column.key) for column in drawn] if by_rows else []
    has_side, has_foot = (any(point.value is not None for point in each) for each in (side, foot))
    foot += [found.whole(0, found.last)] if has_side and TIME not in report.rows else []
    side = side if has_side else []
    column = FigureColumn(found, metric, [point for line in grid for point in line], None)
    column.scale = scale_of(metric.unit, [each.value for line in (*grid, side, foot) for each in line])
    heads = [Column(called_field(name, report.grain)) for name in report.rows]
    heads += [Column(each.names[0], True) for each in drawn] + ([Column("All", True)] if has_side else [])
    body: list[list[Cell | str]] = []
    for at, (row, line) in enumerate(zip(shown, grid, strict=True)):
        whole = [one(column, side[at], is_whole=True)] if side else []
        body.append([*row.names, *(one(column, point) for point in line), *whole])
    total: list[Cell | str] = []
    if has_foot:
        total = ["All", *[""] * (len(report.rows) - 1), *(one(column, point, is_whole=True) for point in foot)]
    said = [f"And {count} more {noun}: narrow the report to see them."
            for count, noun in ((more_rows, "rows"), (len(columns) - len(drawn), "columns")) if count > 0]  # fmt: skip
    said += [f"{NO_ROW} nothing of it there."] if any(point == NOTHING for line in grid for point in line) else []
    return table(heads, body, total=total, caption="The report") + notes(found, said)


def one(column: FigureColumn, point: Point, *, is_whole: bool = False) -> Cell:
    """A pivot's cell: the value, and below it its change where the report compares."""
    if point.value is None:
        return Cell(NO_ROW if point == NOTHING else f.MISSING)
    value, *change = column.cells(point, is_whole=is_whole)
    cell = value if isinstance(value, Cell) else Cell(value)
    said = next((each for each in change if isinstance(each, Cell)), None)
    return replace(cell, note=said.text, note_meaning=said.meaning) if said else cell


def axes(found: Gathered) -> tuple[list[Line], list[Line]]:
    """The lines down and the columns across, each with the part of a key that it stands for."""
    down, across = found.report.rows, found.report.columns
    return axis(found, down, 0), axis(found, across, len([name for name in down if name != TIME]))


def axis(found: Gathered, fields: Sequence[str], begin: int) -> list[Line]:
    """The places of some fields: their parts in order, spread over the periods where time is among them."""
    dims = [name for name in fields if name != TIME]
    keys = list(dict.fromkeys(key[begin : begin + len(dims)] for key in found.keys)) or [()]
    if begin and dims:  # the order of columns is their own, not that of the rows' first part
        keys.sort(key=lambda key: place(dims[0], key[0]))
    said = [tuple(found.name(dim, value) for dim, value in zip(dims, key, strict=True)) for key in keys]
    if TIME not in fields:
        return [Line(name, found.last, key) for name, key in zip(said, keys, strict=True)]
    at = list(fields).index(TIME)
    return [
        Line((*name[:at], short(period, found.report.grain), *name[at:]), period, key)
        for name, key in zip(said, keys, strict=True) for period in found.periods
    ]  # fmt: skip


def meet(found: Gathered, row: Line, column: Line) -> tuple[date, Key]:
    """The period and key of a cell."""
    period = column.period if TIME in found.report.columns else row.period
    return period, (*row.key, *column.key)
