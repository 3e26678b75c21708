"""What a report says of itself: its finding, its unit and span, its age; and why something of it is missing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from itertools import groupby

from app.metrics import Metric
from app.reports.report import TIME, Report
from app.ui import format as f
from app.ui import part_titles
from app.ui.dimension_words import plural
from app.ui.gathered import REST, Gathered, Key
from app.ui.orders import named
from app.ui.panels.lines import Series, moved
from app.ui.periods import called, end_of
from app.ui.scales import spoken

UNITS = {"usd": "US dollars", "ratio": "per cent", "times": "times", "count": "number", "local": "local currency"}


def what(found: Gathered) -> str:
    """Such as "MRR and win rate by product and month"."""
    first, *others = (metric.label for metric in found.metrics)
    labels = f.words([first, *map(f.in_sentence, others)])
    return labels + split_by(found.report)


def split_by(report: Report) -> str:
    fields = [report.grain if name == TIME else name.replace("_", " ") for name in (*report.rows, *report.columns)]
    return f" by {f.words(fields)}" if fields else ""


def finding(found: Gathered) -> str:
    """The finding: who leads, or how the first figure moved; else what the report shows."""
    metric = found.metrics[0]
    if not found.by:
        return f"{moved(series_of(found, 0), metric)}" if len(found.periods) > 1 else stands(found)
    if len(found.by) == 1:
        parts = [(named(found.by[0], key[0]), value, spoken(value, metric)) for key in found.keys
                 if key[0] != REST and (value := found.point(0, found.last, key).value) is not None]  # fmt: skip
        parts.sort(key=lambda part: -part[1])
        if parts:
            return part_titles.leads(metric.label, metric.unit, metric.better, parts, plural(found.by[0]))
    return what(found)


def stands(found: Gathered) -> str:
    """Such as "MRR stands at $1.06M"; of an undefined one, that it is not known."""
    metric, value = found.metrics[0], found.point(0, found.last, ()).value
    if value is None:
        return f"{metric.label} is not known"
    return f"{metric.label} stands at {spoken(value, metric)}"


def series_of(found: Gathered, at: int, key: Key = (), name: str = "") -> Series:
    """A figure's line, each point at the last day of its period."""
    points = ((end_of(period, found.report.grain), found.point(at, period, key).value) for period in found.periods)
    return Series(name or found.metrics[at].label, tuple((day, value) for day, value in points if value is not None))


def subtitle(found: Gathered, *, with_unit: bool = False) -> str:
    """What it is made of, which span, and by which filters."""
    report = found.report
    unit = f", {UNITS.get(found.metrics[0].unit, found.metrics[0].unit)}" if with_unit else ""
    kept = [f"only {f.words([named(name, value) for _, value in pairs])}"
            for name, pairs in groupby(report.where, key=lambda pair: pair[0])]  # fmt: skip
    return ", ".join([what(found) + unit, when(found.periods, report.grain), *kept])


def when(periods: Sequence[date], grain: str) -> str:
    """October 2026, or October 2025 to October 2026."""
    first, last = called(periods[0], grain), called(periods[-1], grain)
    return first if first == last else f"{first} to {last}"


def corner(found: Gathered) -> str:
    return f"Closed {f.day(end_of(found.last, found.report.grain))}"


def notes(found: Gathered, said: Sequence[str] = ()) -> str:
    """Why values are missing, which figures are not the reader's to see, what is not shown."""
    lines = [f"{label}: not in your role." for label in found.unseen]
    for at, metric in enumerate(found.metrics):
        shown = {(period, key) for period in found.periods for key in found.keys}
        why = {point.reason for place, point in found.points[at].items() if place in shown and point.reason}
        lines += [f"{metric.label} n/a: {reason}" for reason in sorted(why)]
    lines += [*found.reasons, *said]
    return "".join(f'<div class="pl-more">{escape(line)}</div>' for line in dict.fromkeys(lines))


def not_shown(count: int, dimension: str) -> str:
    return f"And {count} more {plural(dimension)}." if count else ""


def leading(metric: Metric) -> str:
    return f.in_sentence(metric.label)
