"""Steps: a funnel as a table with bars, and where most are lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from html import escape

from app.dashboard import Steps
from app.ui import format as f
from app.ui import titles
from app.ui.panels.frame import Picture, empty, no_month
from app.ui.reading import Reading, as_date, as_float, as_text, month_end, records
from app.ui.tables import way
from app.ui.ways import way_to

MONTHS = 12
"""How far back a month is looked for: one is known only when the time of all its attempts is over."""
NUMBERED = re.compile(r"(\d+)\s+(.+)")
UNNUMBERED = 10**6


@dataclass(frozen=True)
class Step:
    """A step, how many came to it, and which part of the step before and of the first; None where there is none.

    `way` leads to those who came.
    """

    name: str
    count: float
    onward: float | None = None
    through: float | None = None
    way: str = ""


def make(reading: Reading, panel: Steps) -> Picture:
    """Reads and composes the panel: the newest complete month that is known."""
    label = reading.metric(panel.entered).label
    metrics = (panel.entered, *panel.then, *(name for name in (panel.onward, panel.through) if name))
    known = by_metric(reading, (panel.entered, *panel.then)) if panel.then else by_dimension(reading, panel)
    if known is None:
        return no_month(panel.title or label, panel.entered)
    if not known:
        return empty(f"{panel.title or label}: nobody began it", f"In the {MONTHS} months before "
                     f"{f.month_year(reading.running)} no attempt is known whose time is over.", metrics)  # fmt: skip
    month = max(known)
    found = known[month]
    title = titles.steps(panel.title, [(step.name, step.count) for step in found])
    what = f"{found[0].name} to {f.in_sentence(found[-1].name)}" if panel.then else label
    later = "" if month == reading.closed else ". No later month has a figure yet"
    return Picture(title, f"{what} in {f.month_year(month)}{later}", f"Closed {f.day(month_end(month))}", metrics,
                   html=steps_html(found, title), month=month if panel.then else None,
                   value=found[0].count if panel.then else None)  # fmt: skip


def by_metric(reading: Reading, metrics: Sequence[str]) -> dict[date, list[Step]] | None:
    """Month → steps, each a metric, of the months that all of them know; None where there is no such month."""
    series = {name: reading.series(name, MONTHS) for name in metrics}
    made: dict[date, list[Step]] = {}
    for month in series[metrics[0]]:
        counts = {name: series[name].get(month) for name in metrics}
        steps = [
            Step(reading.metric(name).label, count, way=way_to(reading, name, month) if count else "")
            for name, count in counts.items()
            if count is not None
        ]
        if len(steps) == len(metrics):
            made[month] = divided(steps)
    return made or None


def divided(steps: Sequence[Step]) -> list[Step]:
    """The steps with their shares, where no metric says them."""
    first = steps[0].count
    return [
        replace(step, onward=part(step.count, steps[at - 1].count) if at else None, through=part(step.count, first))
        for at, step in enumerate(steps)
    ]


def part(some: float, whole: float) -> float | None:
    return some / whole if whole else None


def by_dimension(reading: Reading, panel: Steps) -> dict[date, list[Step]] | None:
    """Month → steps of one funnel in their order; None where no funnel has any row."""
    counts = of_steps(reading, panel, panel.entered)
    if counts is None:
        return None
    shares = [of_steps(reading, panel, name) or {} if name else {} for name in (panel.onward, panel.through)]
    made: dict[date, list[tuple[int, Step]]] = {}
    for (month, value), count in counts.items():
        if count is not None:
            number, name = numbered(value)
            pairs = (*panel.within, (panel.by, value))
            href = way_to(reading, panel.entered, month, pairs) if count else ""
            onward, through = (each.get((month, value)) for each in shares)
            step = Step(name, count, onward, through, href)
            made.setdefault(month, []).append((number, step))
    ordered = {month: [step for _, step in sorted(found, key=lambda pair: pair[0])] for month, found in made.items()}
    return ordered if panel.through else {month: divided(steps) for month, steps in ordered.items()}


def of_steps(reading: Reading, panel: Steps, name: str) -> dict[tuple[date, str], float | None] | None:
    """(month, step) → a metric's value in the panel's funnel; None where no funnel has any row."""
    names = tuple(name for name, _ in panel.within)
    rows = records(reading.answer(name, MONTHS, by=(*names, panel.by)).frame)
    mine = [row for row in rows if all(as_text(row[dimension]) == value for dimension, value in panel.within)]
    return {(as_date(row["month"]), as_text(row[panel.by])): as_float(row["value"]) for row in mine} if rows else None


def numbered(value: str) -> tuple[int, str]:
    """A step's place and its name: "2 invited_teammate" → 2, "Invited teammate". One without a number comes last."""
    found = NUMBERED.fullmatch(value)
    place, name = (int(found[1]), found[2]) if found else (UNNUMBERED, value)
    words = name.replace("_", " ").strip()
    return place, words[:1].upper() + words[1:]


def steps_html(found: Sequence[Step], caption: str) -> str:
    """The funnel as a table; widths in per cent of the largest step, the largest loss in words."""
    widest = max((step.count for step in found), default=0.0) or 1.0
    lost = titles.most_lost([step.count for step in found])
    rows = "".join(row_html(found, at, widest, is_worst=at == lost) for at in range(len(found)))
    head = (
        '<tr><th scope="col" colspan="2">Step</th><th scope="col" class="pl-num">came</th>'
        '<th scope="col" class="pl-num">of the step before</th><th scope="col" class="pl-num">of the first</th></tr>'
    )
    return (
        f'<table class="pl-ranked pl-funnel"><caption>{escape(caption)}</caption><thead>{head}</thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def row_html(found: Sequence[Step], at: int, widest: float, *, is_worst: bool) -> str:
    """One step. Who is lost is said where most are."""
    step, before = found[at], found[max(at - 1, 0)]
    word = f'<span class="pl-lost">Most lost here: {f.number(before.count - step.count)}</span>' if is_worst else ""
    numbers = (way(f.number(step.count), step.way), share(step.onward) if at else "", share(step.through))
    width = round(100 * max(step.count, 0.0) / widest, 1)
    return (
        f'<tr><th scope="row">{escape(step.name)}{word}</th><td class="pl-bar-cell"><div class="pl-bar">'
        f'<div class="pl-bar-fill" style="width:{width}%"></div></div></td>'
        + "".join(f'<td class="pl-num">{text}</td>' for text in numbers) + "</tr>"
    )  # fmt: skip


def share(ratio: float | None) -> str:
    return f.MISSING if ratio is None else f.percent(ratio)
