"""A table with a row for each part of a dimension and metrics side by side; the first orders the rows.

Parts beyond the first so many are folded into one row only where every metric adds up over the dimension; where one
does not, they are counted and not shown. The last row is the whole, for which each metric is asked anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from app.dashboard import Compared
from app.errors import QuestionError
from app.metrics import Metric
from app.ui import format as f
from app.ui import part_titles as titles
from app.ui.dimension_words import Where
from app.ui.orders import named, plural
from app.ui.panels.frame import Picture, no_month
from app.ui.reading import Reading, as_date, as_float, as_text, month_end, records, shift
from app.ui.scales import Scale, scale_of, spoken
from app.ui.tables import Cell, Column, table
from app.ui.tiles import meaning
from app.ui.ways import way_to

ON_A_PHONE = 2
"""How many metrics a phone shows; the change of the first one stands there, too."""


@dataclass(frozen=True)
class Measured:
    """A metric by part.

    Attributes:
        now, before: part → value in the closed month and in the month compared with; None where undefined.
        whole, whole_before: the same without the split.
        adds: whether the parts add up.
        reasons: part → why its value is missing, where that is known.
    """

    metric: Metric
    now: Mapping[str, float | None]
    before: Mapping[str, float | None]
    whole: float | None
    whole_before: float | None
    adds: bool
    reasons: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """A row: its name, a value for each metric, what the first metric was before, and its name in the warehouse."""

    name: str
    values: tuple[float | None, ...]
    before: float | None
    key: str = ""


def make(reading: Reading, panel: Compared) -> Picture:
    """Reads and composes the panel; the first metric's largest part makes the title."""
    first, *others = panel.metrics
    measured = [measure(reading, first, panel.by, reading.compare), *(measure(reading, m, panel.by) for m in others)]
    leading = measured[0].metric
    parts = ordered(panel.by, measured)
    if not parts:
        return no_month(leading.label, first)
    shown = folded(parts, panel.by, panel.most, can_fold=all(each.adds for each in measured))
    subtitle = said(panel.by, leading, reading, parts, shown)
    inner = compared_table(reading, panel.by, measured, shown) + notes(measured, shown)
    return Picture(title(panel.by, leading, parts), subtitle, f"Closed {f.day(month_end(reading.closed))}",
                   panel.metrics, html=f'<div class="pl-compared">{inner}</div>',
                   month=reading.closed, value=measured[0].whole)  # fmt: skip


def measure(reading: Reading, name: str, dimension: str, months: int = 0) -> Measured:
    """A metric by part in the closed month, and so many months before where asked."""
    answer = reading.answer(name, months + 1, by=(dimension,))
    then = shift(reading.closed, -months)
    now: dict[str, float | None] = {}
    before: dict[str, float | None] = {}
    reasons: dict[str, str] = {}
    for row, reason in zip(records(answer.frame), answer.row_reasons, strict=True):
        part, value, month = as_text(row[dimension]), as_float(row["value"]), as_date(row["month"])
        if month == reading.closed:
            now[part] = value
            reasons |= {part: reason} if value is None and reason else {}
        elif month == then:
            before[part] = value
    adds = bool(answer.additivity and dimension in answer.additivity.over_dimensions)
    whole, whole_before = wholes(reading, name, months)
    return Measured(answer.metric, now, before, whole, whole_before, adds, reasons)


def wholes(reading: Reading, name: str, months: int) -> tuple[float | None, float | None]:
    """The metric without the split, now and before; nothing for one that is only known split."""
    try:
        known = reading.series(name, months + 1)
    except QuestionError:
        return None, None
    return known.get(reading.closed), known.get(shift(reading.closed, -months)) if months else None


def ordered(dimension: str, measured: Sequence[Measured]) -> list[Part]:
    """Every part, largest of the first metric first; those without a value of it last, by name."""
    first = measured[0]
    names = {part for each in measured for part in each.now}
    if first.adds and first.now:  # what is gone explains the change of the whole
        names |= {part for part, value in first.before.items() if value}
    made = [
        Part(named(dimension, name), tuple(value_of(each, each.now, name) for each in measured),
             value_of(first, first.before, name) if first.before else None, name)
        for name in names
    ]  # fmt: skip
    return sorted(made, key=lambda part: (part.values[0] is None, -(part.values[0] or 0.0), part.name))


def value_of(measured: Measured, side: Mapping[str, float | None], part: str) -> float | None:
    """A part's value; of what adds up, a part without a row had none of it in a month that is known."""
    return side.get(part, 0.0 if measured.adds and side else None)


def folded(parts: Sequence[Part], dimension: str, most: int, *, can_fold: bool) -> list[Part]:
    """The first so many, and the rest as one row where everything in it adds up. One more is not worth a row."""
    if len(parts) <= most + 1:
        return list(parts)
    if not can_fold:
        return list(parts[:most])
    rest = parts[most:]
    sums = tuple(total([part.values[column] for part in rest]) for column in range(len(rest[0].values)))
    return [*parts[:most], Part(f"Other, {len(rest)} {plural(dimension)}", sums, total([p.before for p in rest]))]


def total(values: Sequence[float | None]) -> float | None:
    """The sum; None as soon as one is not known."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def said(dimension: str, leading: Metric, reading: Reading, parts: Sequence[Part], shown: Sequence[Part]) -> str:
    """What the table shows: the month, the order, and how many parts are not shown."""
    many = plural(dimension)
    left = len(parts) - len(shown)
    rest = f"; and {left} more" if left and not shown[-1].name.startswith("Other, ") else ""
    return f"{many.capitalize()} in {f.month_name(reading.closed)} by {titles.noun(leading.label)}{rest}"


def title(dimension: str, leading: Metric, parts: Sequence[Part]) -> str:
    """The first metric's largest part."""
    known = [(part.name, value, spoken(value, leading)) for part in parts if (value := part.values[0]) is not None]
    return titles.leads(leading.label, leading.unit, leading.better, known, plural(dimension))


def compared_table(reading: Reading, dimension: str, measured: Sequence[Measured], shown: Sequence[Part]) -> str:
    """The table with its whole."""
    scales = [
        scale_of(each.metric.unit, [*(part.values[column] for part in shown), each.whole])
        for column, each in enumerate(measured)
    ]
    first = measured[0]
    whole = Part("All", tuple(each.whole for each in measured), first.whole_before)
    is_money = first.metric.unit in ("usd", "local")
    amounts = [value for part in (*shown, whole) for value in (part.values[0], part.before) if value is not None]
    crosses = is_money and min(amounts, default=0.0) < 0
    than = f.month_name(shift(reading.closed, -reading.compare)) if reading.compare < 12 else "the year"
    heads = [Column(scale.head(each.metric.label), True, is_extra=column >= ON_A_PHONE)
             for column, (each, scale) in enumerate(zip(measured, scales, strict=True))]  # fmt: skip
    change = Column(f"on {than}, {scales[0].unit}" if crosses else f"on {than}", True)
    columns = (Column(dimension.replace("_", " ").capitalize()), heads[0], change, *heads[1:])
    rows = [
        cells(part, first.metric, scales, ways(reading, measured, part, ((dimension, part.key),)), crosses=crosses)
        for part in shown
    ]
    total = cells(whole, first.metric, scales, ways(reading, measured, whole), crosses=crosses)
    return table(columns, rows, total=total,
                 caption=f"{columns[0].head}: {f.words([each.metric.label for each in measured])}")  # fmt: skip


def ways(reading: Reading, measured: Sequence[Measured], part: Part, pairs: Where = ()) -> list[str]:
    """Where each figure of a row leads; nothing where there is none."""
    return [
        way_to(reading, each.metric.name, reading.closed, pairs) if value else ""
        for each, value in zip(measured, part.values, strict=True)
    ]


def cells(
    part: Part, metric: Metric, scales: Sequence[Scale], ways: Sequence[str], *, crosses: bool
) -> tuple[Cell | str, ...]:
    """A row's cells: the change of the first metric stands behind it."""
    first, *others = (
        Cell(scale.show(value), href=href) for scale, value, href in zip(scales, part.values, ways, strict=True)
    )
    return (part.name, first, changed(part, metric, scales[0], crosses=crosses), *others)


def changed(part: Part, metric: Metric, scale: Scale, *, crosses: bool) -> Cell | str:
    """The first metric's change: in per cent, but in its own unit where amounts lie on both sides of zero."""
    now, before = part.values[0], part.before
    if now is None or before is None:
        return f.MISSING
    if crosses:
        text = f.signed((now - before) * scale.factor, scale.decimals)
    elif metric.unit == "usd" and not before:
        return "new" if now else "0"
    else:
        text = f.change(now, before, metric.unit)
    return Cell(text, meaning(text, metric.better))


def notes(measured: Sequence[Measured], shown: Sequence[Part]) -> str:
    """Why values of the table are missing, a line for each metric and reason."""
    told: dict[str, None] = {}
    for column, each in enumerate(measured):
        missing = [part for part in shown if part.values[column] is None]
        why = [each.reasons.get(part.key, each.metric.why_null) for part in missing]
        why += [each.metric.why_null] if each.whole is None else []
        told |= {f"{each.metric.label} n/a: {reason}": None for reason in why if reason}
    return "".join(f'<div class="pl-more">{escape(line)}</div>' for line in told)
