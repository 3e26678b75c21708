"""Parts of a metric as bars in the order of the business: stages, buckets of age, bands, levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from app.answers import Answer
from app.dashboard import Ordered
from app.errors import QuestionError
from app.metrics import Metric
from app.ui import format as f
from app.ui import part_titles as titles
from app.ui.dimension_words import Where
from app.ui.orders import APART, named, place
from app.ui.panels.frame import Picture, empty, no_month
from app.ui.reading import Reading, as_date, as_float, as_text, month_end, records
from app.ui.scales import Scale, scale_of, spoken
from app.ui.tables import way
from app.ui.ways import way_to


@dataclass(frozen=True)
class Part:
    """A part by its name, its value and that of the metric beside it; None where there is none.

    `key` is its name in the warehouse, the ways lead from both figures to their records.
    """

    name: str
    value: float | None
    beside: float | None = None
    key: str = ""
    way: str = ""
    beside_way: str = ""


@dataclass(frozen=True)
class Side:
    """A metric by part, as the warehouse has them; of what adds up, a part without a row has none of it."""

    known: Mapping[str, float | None]
    missing: float | None = None

    def of(self, part: str) -> float | None:
        return self.known.get(part, self.missing)


@dataclass(frozen=True)
class Drawn:
    """What is drawn: the parts in order, the whole, the scales, and whether the parts add up to the whole."""

    parts: Sequence[Part]
    whole: Part
    scale: Scale
    has_shares: bool
    beside: Metric | None = None
    beside_scale: Scale | None = None


def make(reading: Reading, panel: Ordered) -> Picture:
    """Reads and composes the panel; the largest part makes the title."""
    metric = reading.metric(panel.metric)
    answer = reading.answer(panel.metric, 1, by=(panel.by,))
    other = reading.answer(panel.beside, 1, by=(panel.by,)) if panel.beside else None
    parts = in_order(panel.by, side_of(reading, answer, panel.by), side_of(reading, other, panel.by))
    if not parts:
        return no_month(metric.label, panel.metric)
    if all(part.value is None for part in parts):
        why = answer.why_null(reading.closed) or "nobody says why"
        return empty(f"No {f.in_sentence(metric.label)} yet", why[:1].upper() + why[1:] + ".", (panel.metric,))
    parts = [led(reading, panel, part, ((panel.by, part.key),)) for part in parts]
    adds = adds_up(answer, panel.by)
    whole = whole_of(reading, panel.metric, [part.value for part in parts], adds)
    has_shares = adds and bool(whole) and all((part.value or 0.0) >= 0 for part in parts)
    scale = scale_of(metric.unit, [part.value for part in parts], is_short=True)
    drawn = Drawn(parts, led(reading, panel, Part("All", whole)), scale, has_shares)
    if other:
        second = [part.beside for part in parts]
        beside = whole_of(reading, panel.beside, second, adds_up(other, panel.by))
        drawn = Drawn(parts, led(reading, panel, Part("All", whole, beside)), scale, has_shares, other.metric,
                      scale_of(other.metric.unit, second, is_short=True))  # fmt: skip
    asked = tuple(name for name in (panel.metric, panel.beside) if name)
    return Picture(title(metric, drawn), f"{metric.label} in {f.month_name(reading.closed)}",
                   f"Closed {f.day(month_end(reading.closed))}", asked, html=bars(panel.by, drawn),
                   month=reading.closed, value=whole)  # fmt: skip


def led(reading: Reading, panel: Ordered, part: Part, pairs: Where = ()) -> Part:
    """The part, or the whole, with the ways from its figures to their records."""
    own = way_to(reading, panel.metric, reading.closed, pairs) if part.value else ""
    beside = way_to(reading, panel.beside, reading.closed, pairs) if panel.beside and part.beside else ""
    return replace(part, way=own, beside_way=beside)


def adds_up(answer: Answer | None, dimension: str) -> bool:
    """Whether the parts of a dimension add up to the whole."""
    return bool(answer and answer.additivity and dimension in answer.additivity.over_dimensions)


def side_of(reading: Reading, answer: Answer | None, dimension: str) -> Side:
    """A metric's values by part in the closed month."""
    rows = [] if answer is None else [row for row in records(answer.frame) if as_date(row["month"]) == reading.closed]
    known = {as_text(row[dimension]): as_float(row["value"]) for row in rows}
    return Side(known, 0.0 if known and adds_up(answer, dimension) else None)


def in_order(dimension: str, own: Side, beside: Side) -> list[Part]:
    """The parts in the order of the business; those apart from it only where they hold something."""
    apart = APART.get(dimension, ())
    names = {*own.known, *beside.known}
    kept = [name for name in names if name not in apart or own.of(name) or beside.of(name)]
    ordered = sorted(kept, key=lambda name: place(dimension, name))
    return [Part(named(dimension, name), own.of(name), beside.of(name), name) for name in ordered]


def whole_of(reading: Reading, metric: str, parts: Sequence[float | None], adds: bool) -> float | None:
    """The sum of the parts where they add up and all are known; else the metric, asked anew.

    None where it has no value, or is only known split.
    """
    known = [part for part in parts if part is not None]
    if adds and len(known) == len(parts):
        return sum(known)
    try:
        return reading.series(metric, 1).get(reading.closed)
    except QuestionError:
        return None


def title(metric: Metric, drawn: Drawn) -> str:
    """The largest part: its share where the parts add up, else its value."""
    known = [(part.value, part.name) for part in drawn.parts if part.value is not None]
    if not drawn.has_shares:
        known = [pair for pair in known if pair[1] not in titles.UNNAMED] or known
    largest, name = max(known, key=lambda pair: pair[0])
    if drawn.has_shares and drawn.whole.value:
        return titles.held(metric.label, metric.unit, name, largest / drawn.whole.value)
    if not any(part.value for part in drawn.parts):
        return f"No {titles.noun(metric.label)} in the month"
    if not largest and drawn.whole.value is not None:
        return f"{metric.label}: {spoken(drawn.whole.value, metric)} in all"
    return titles.highest(metric.label, name, spoken(largest, metric))


def bars(dimension: str, drawn: Drawn) -> str:
    """The table: name, bar, amount, share, and the metric beside; bars start at zero, in per cent of the longest."""
    unit = escape(drawn.scale.unit or "number")
    words = escape(dimension.replace("_", " "))
    share = '<th class="pl-num">share</th>' if drawn.has_shares else ""
    beside = ""
    if drawn.beside and drawn.beside_scale:
        beside = f'<th class="pl-num pl-extra pl-beside">{escape(drawn.beside_scale.head(drawn.beside.label))}</th>'
    head = (
        f'<tr><th class="pl-strong" colspan="2">By {words}<span class="pl-narrow">, {unit}</span></th>'
        f'<th class="pl-num"><span class="pl-wide">{unit}</span></th>{share}{beside}</tr>'
    )
    most = max((part.value or 0.0 for part in drawn.parts), default=0.0)
    body = "".join(row(part, drawn, bar(part.value, most)) for part in drawn.parts)
    foot = row(drawn.whole, drawn, "", ' class="pl-total"')
    return f'<table class="pl-ranked pl-ordered"><thead>{head}</thead><tbody>{body}{foot}</tbody></table>'


def bar(value: float | None, most: float) -> str:
    width = round(100 * max(value or 0.0, 0.0) / most, 1) if most > 0 else 0.0
    return f'<div class="pl-bar"><div class="pl-bar-fill" style="width:{width}%"></div></div>'


def row(part: Part, drawn: Drawn, drawing: str, kind: str = "") -> str:
    """One part, or the whole."""
    cells = [f'<td class="pl-num">{way(drawn.scale.show(part.value), part.way)}</td>']
    if drawn.has_shares and drawn.whole.value:
        share = f.MISSING if part.value is None else f.percent(part.value / drawn.whole.value)
        cells.append(f'<td class="pl-num">{share}</td>')
    if drawn.beside_scale:
        cells.append(f'<td class="pl-num pl-extra">{way(drawn.beside_scale.show(part.beside), part.beside_way)}</td>')
    return f'<tr{kind}><td>{escape(part.name)}</td><td class="pl-bar-cell">{drawing}</td>{"".join(cells)}</tr>'
