"""Steps: a funnel as a table with bars, and where most are lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from app.dashboard import Steps
from app.ui import format as f
from app.ui import titles
from app.ui.panels.frame import Picture, empty, no_month
from app.ui.reading import Reading, as_date, as_float, as_text, month_end, records

MONTHS = 12
"""How far back a month is looked for: one is known only when the time of all its attempts is over."""
NUMBERED = re.compile(r"(\d+)\s+(.+)")
UNNUMBERED = 10**6


@dataclass(frozen=True)
class Step:
    """A step, and how many came to it."""

    name: str
    count: float


def make(reading: Reading, panel: Steps) -> Picture:
    """Reads and composes the panel: the newest complete month that is known."""
    label = reading.metric(panel.entered).label
    metrics = (panel.entered, *panel.then)
    known = by_metric(reading, metrics) if panel.then else by_dimension(reading, panel)
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
        steps = [Step(reading.metric(name).label, count) for name, count in counts.items() if count is not None]
        if len(steps) == len(metrics):
            made[month] = steps
    return made or None


def by_dimension(reading: Reading, panel: Steps) -> dict[date, list[Step]] | None:
    """Month → steps of one funnel in their order; None where no funnel has any row."""
    names = tuple(name for name, _ in panel.within)
    rows = records(reading.answer(panel.entered, MONTHS, by=(*names, panel.by)).frame)
    if not rows:
        return None
    made: dict[date, list[tuple[int, Step]]] = {}
    for row in rows:
        count = as_float(row["value"])
        if count is not None and all(as_text(row[name]) == value for name, value in panel.within):
            number, name = numbered(as_text(row[panel.by]))
            made.setdefault(as_date(row["month"]), []).append((number, Step(name, count)))
    return {month: [step for _, step in sorted(found, key=lambda pair: pair[0])] for month, found in made.items()}


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
    step, first, before = found[at], found[0], found[max(at - 1, 0)]
    word = f'<span class="pl-lost">Most lost here: {f.number(before.count - step.count)}</span>' if is_worst else ""
    onward = share(step.count, before.count) if at else ""
    numbers = (f.number(step.count), onward, share(step.count, first.count))
    width = round(100 * max(step.count, 0.0) / widest, 1)
    return (
        f'<tr><th scope="row">{escape(step.name)}{word}</th><td class="pl-bar-cell"><div class="pl-bar">'
        f'<div class="pl-bar-fill" style="width:{width}%"></div></div></td>'
        + "".join(f'<td class="pl-num">{text}</td>' for text in numbers) + "</tr>"
    )  # fmt: skip


def share(part: float, whole: float) -> str:
    return f.percent(part / whole) if whole else f.MISSING
