"""A tile: value, change by meaning, thirteen months, target, age. The whole tile opens the number's passport."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from html import escape

import streamlit as st

from app.counting import counted
from app.errors import NotBuilt, NotPermitted, QuestionError
from app.manner import current
from app.metrics import Metric
from app.ui import format as f
from app.ui.comment_words import mark_html
from app.ui.dimension_words import left_whole
from app.ui.panels.frame import NOTHING_CHOSEN, plain
from app.ui.passport import commented, opener_html
from app.ui.reading import Reading, month_end, shift
from app.ui.since import since
from app.ui.spark import sparkline, track
from app.warehouse import Status

POINTS = 13
UNREAD = {NotBuilt: "not built yet", NotPermitted: "not in your role"}


@dataclass(frozen=True)
class TileFacts:
    """Everything a tile says, read from the warehouse.

    Attributes:
        values: up to thirteen closed months, oldest first; the last is the value shown, None where undefined.
        before: the value it is compared with, None when there is none.
        compared_with: such as "September".
        target: the month's target, if there is one.
        reason: why there is no value, where it is known.
        is_part: whether the page's filters narrow it: targets are set for the whole.
        whole: which of the page's filters it cannot heed, in words.
    """

    metric: Metric
    month: date
    values: tuple[float | None, ...]
    before: float | None
    compared_with: str
    target: float | None
    status: Status
    reason: str = ""
    is_part: bool = False
    whole: str = ""

    @property
    def value(self) -> float | None:
        return self.values[-1] if self.values else None


def facts(reading: Reading, name: str, target: float | None) -> TileFacts:
    """Reads what the tile of a metric says."""
    compared = shift(reading.closed, -reading.compare)
    known = reading.series(name, POINTS)
    values = tuple(known.get(shift(reading.closed, -back)) for back in range(POINTS - 1, -1, -1))
    with_year = f.month_name(compared) if reading.compare < 12 else f.month_year(compared)
    is_part = bool(reading.narrowed(name))
    reason = "" if values[-1] is not None else reading.why_null(name, reading.closed)
    if is_part and not known:
        reason = NOTHING_CHOSEN
    return TileFacts(reading.metric(name), reading.closed, values, known.get(compared), with_year,
                     None if is_part else target, reading.warehouse.status(reading.viewer, name), reason, is_part,
                     left_whole(reading.left_whole((name,))))  # fmt: skip


def value_html(tile: TileFacts) -> str:
    """The number with its unit, or n/a with its reason."""
    if tile.value is None:
        reason = tile.reason or "not known for this month"
        return missing_html(reason)
    return figure_html(tile.value, tile.metric.unit)


def figure_html(value: float, unit: str) -> str:
    """A number set large, with its unit."""
    figure = f.figure(value, unit)
    before = f'<span class="pl-unit pl-unit-before">{figure.before}</span>' if figure.before else ""
    word = " pl-unit-word" if len(figure.unit) > 1 else ""
    behind = f'<span class="pl-unit{word}">{figure.unit}</span>' if figure.unit else ""
    return f'<div class="pl-value">{before}{figure.digits}{behind}</div>'


def missing_html(reason: str) -> str:
    """No number, and beside it in up to three lines why; it takes the place of the change, too."""
    return f'<div class="pl-value pl-missing">{f.MISSING}<span class="pl-unit">{escape(reason)}</span></div>'


def meaning(text: str, better: str) -> str:
    """Whether a change is good, bad or none as it is printed: gain, loss, still."""
    if text[0] not in f"+{f.MINUS}":
        return "still"
    return "gain" if (text[0] == "+") == (better == "up") else "loss"


def change_html(tile: TileFacts) -> str:
    if tile.value is None:
        return ""
    if tile.before is None:
        return '<div class="pl-change"><span class="pl-note">no comparison yet</span></div>'
    text = f.change(tile.value, tile.before, tile.metric.unit)
    kind = meaning(text, tile.metric.better)
    return (
        f'<div class="pl-change"><span class="pl-{kind}">{text}</span> '
        f'<span class="pl-on">on {escape(tile.compared_with)}</span></div>'
    )


TIMES = ("months", "days", "hours")


def target_html(tile: TileFacts) -> str:
    """The track and the words: only "missed" is loud."""
    if tile.value is None or tile.target is None:
        return f'<div class="pl-track pl-none"></div><div class="pl-target"><span>{alone(tile)}</span></div>'
    met = tile.metric.is_met(tile.value, tile.target)
    word = "<span>met</span>" if met else '<span class="pl-missed">missed</span>'
    said = aim(tile.metric, tile.target)
    return f'{track(tile.value, tile.target)}<div class="pl-target"><span>{said}</span>{word}</div>'


def alone(tile: TileFacts) -> str:
    """A target without a value beside it, which would say in what it is counted; or that there is none."""
    if tile.target is None:
        return "No target for a part" if tile.is_part else "No target set"
    return aim(tile.metric, tile.target) + (f" {tile.metric.unit}" if tile.metric.unit in TIMES else "")


def aim(metric: Metric, target: float) -> str:
    """Such as "Target at least 18"; a figure without a value has its target all the same."""
    is_time = metric.unit in TIMES
    bound = "at most " if metric.better == "down" else "at least " if is_time else ""
    return f"Target {bound}{current().numeral(f'{target:g}') if is_time else f.figure(target, metric.unit)}"


def trouble_html(status: Status, loaded: str) -> str:
    """In words and colour that a figure is late or a promise about it is broken; nothing where neither is so.

    Args:
        status: of the figure.
        loaded: when it was loaded, as HTML.
    """
    if status.broken:
        count = len(status.broken)
        return f'<div class="pl-age pl-loud">{count} promise{"" if count == 1 else "s"} broken</div>'
    if status.is_stale:
        words = f"late: loaded {loaded}" if status.loaded_at else "late: never loaded"
        return f'<div class="pl-age pl-stale">{words}</div>'
    return ""


def age_html(tile: TileFacts, now: datetime) -> str:
    """When the figure closed, or what is wrong with it."""
    seen = since(tile.status.loaded_at, now) if tile.status.loaded_at else ""
    if trouble := trouble_html(tile.status, seen):
        return trouble
    if tile.whole:
        return f'<div class="pl-age pl-whole">{tile.whole}</div>'
    closed = f'<span class="pl-closed">Closed </span>{f.day(month_end(tile.month))}'
    loaded = f", loaded {seen}" if seen else ""
    return f'<div class="pl-age">{closed}{loaded}</div>'


def tile_html(tile: TileFacts, now: datetime) -> str:
    """The tile below its label."""
    known = [value for value in tile.values if value is not None]
    words = f"{tile.metric.label}, {counted(len(known), 'month')} to {f.month_year(tile.month)}"
    parts = (value_html(tile), change_html(tile), sparkline(known, words), target_html(tile), age_html(tile, now))
    return "".join(parts)


def row_html(reading: Reading, names: tuple[str, ...], key: str) -> str:
    """A row of tiles; on a phone two columns."""
    targets = reading.targets()
    tiles = (whole_html(replace(reading, receipts={}), name, targets.get(name), f"{key}_{name}") for name in names)
    return f'<div class="st-key-tiles_{key}"><div class="pl-tiles">{"".join(tiles)}</div></div>'


def draw_tile(reading: Reading, name: str, target: float | None, key: str) -> None:
    """One tile by itself."""
    st.html(whole_html(reading, name, target, key))


def whole_html(reading: Reading, name: str, target: float | None, key: str) -> str:
    """A tile with its label; where its figure cannot be read it says why, and the others still stand."""
    try:
        tile = facts(reading, name, target)
    except (NotBuilt, NotPermitted, QuestionError) as error:
        why = plain(error) if isinstance(error, QuestionError) else UNREAD[type(error)]
        label = f'<div class="pl-tile-label">{escape(reading.metric(name).label)}</div>'
        return f'<div class="pl-tile">{label}{missing_html(why)}</div>'
    opener = opener_html(reading, (name,), label=tile.metric.label, key=key, month=tile.month, value=tile.value)
    mark = mark_html(commented(reading, name, tile.month))
    return f'<div class="pl-tile" data-pl-metric="{name}">{opener}{mark}{tile_html(tile, reading.now)}</div>'
