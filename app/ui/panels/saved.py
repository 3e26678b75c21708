"""A report as a picture, whatever its kind: what the builder previews, what a board shows, what is exported."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from app.elements import Cohorts, Saved
from app.errors import NotPermitted
from app.metrics import catalogue
from app.question import COMPARISONS
from app.reports.choices import missing, wrong
from app.reports.report import TIME, Report
from app.ui import format as f
from app.ui import titles
from app.ui.event_marks import TimeAxis
from app.ui.gathered import Gathered, gather, placed
from app.ui.panels import cohorts, report_charts
from app.ui.panels.frame import Picture, empty, guarded, no_month, with_events
from app.ui.panels.lines import adds_up, leader, moved
from app.ui.panels.report_table import pivot_html, table_html
from app.ui.panels.report_words import corner, finding, notes, stands, subtitle, what
from app.ui.panels.steps import Step, divided, numbered, steps_html
from app.ui.reading import Reading, month_end, shift
from app.ui.tiles import facts, tile_html

NOUNS = {"user": "users", "account": "accounts", "money": "dollars"}
"""Of what cohorts are made, by a part of their figure's name."""
NOTHING_CHOSEN = "There is nothing of what is chosen."
NOT_SHARED = "This report is not shared with you. Whoever made it can share it with a role of yours."
NOT_YOURS = "None of its figures are in your role. Ask the person who runs Plumbline."


def make(reading: Reading, panel: Saved) -> Picture:
    """Opens a saved report with the reader's own rights, and draws it; its name stands in the subtitle."""
    try:
        found = reading.warehouse.reports.seen(reading.viewer, panel.report_id)
    except NotPermitted as error:
        return empty(panel.name, NOT_SHARED) if panel.name else empty("A report that is not here", str(error))
    made = drawn(reading, found.content)
    return replace(made, subtitle=f"{found.title}. {made.subtitle}".removesuffix(". "))


def drawn(reading: Reading, report: Report) -> Picture:
    """A report's picture, or why there is none yet. A page's filter narrows it where all of its figures heed it."""
    reason = wrong(report, reading.as_of.date()) or missing(report)
    if reason:
        return empty("Nothing to see yet", reason)
    left, title = reading.left_whole(report.values), catalogue()[report.values[0]].label
    both = report.narrowed_by(tuple(pair for pair in reading.where if pair[0] not in left))
    if both is None:
        return empty(f"No {f.in_sentence(title)}", NOTHING_CHOSEN, report.values)
    at = placed(reading, both)
    made = with_events(at, guarded(at, lambda: DRAWERS[both.kind](at, both), title))
    return replace(made, whole=tuple(dict.fromkeys((*made.whole, *left))))


def asked(reading: Reading, report: Report) -> Gathered | Picture:
    """A report's answers, or a picture that says why there are none."""
    label = catalogue()[report.values[0]].label
    try:
        found = gather(reading, report)
    except NotPermitted:
        return empty(label, NOT_YOURS)
    if not found.periods:
        return no_month(label, report.values[0]) if not report.where else empty(
            f"No {f.in_sentence(label)}", NOTHING_CHOSEN, report.values
        )
    return found


def picture(found: Gathered, title: str, **more: object) -> Picture:
    """A picture of answers; the first passport states the figure where there is one of the whole."""
    names = tuple(metric.name for metric in found.metrics)
    is_one = not found.by and found.report.grain == "month" and not found.report.where
    stated = {"month": found.last, "value": found.point(0, found.last, ()).value} if is_one else {}
    return Picture(title, subtitle(found, with_unit=len(names) == 1), corner(found), names, **stated, **more)  # type: ignore[arg-type]


def table(reading: Reading, report: Report) -> Picture:
    found = asked(reading, report)
    return found if isinstance(found, Picture) else picture(found, finding(found), html=table_html(found))


def pivot(reading: Reading, report: Report) -> Picture:
    found = asked(reading, report)
    return found if isinstance(found, Picture) else picture(found, what(found), html=pivot_html(found))


def line(reading: Reading, report: Report) -> Picture:
    return over_time(reading, report, report_charts.lines)


def area(reading: Reading, report: Report) -> Picture:
    return over_time(reading, report, report_charts.area)


def over_time(
    reading: Reading, report: Report, draw: Callable[[Gathered], tuple[dict[str, object] | None, str]]
) -> Picture:
    """A chart over time, titled by who leads or how the first figure moved."""
    found = asked(reading, report)
    if isinstance(found, Picture):
        return found
    spec, alt = draw(found)
    drawn_ = [each for each in report_charts.series(found) if each.points]
    if spec is None or not drawn_:
        below = any(value < 0 for each in drawn_ for _, value in each.points)
        return empty(what(found), "An area cannot show what is below zero: choose lines." if below else
                     "None of these periods has a value.", tuple(m.name for m in found.metrics))  # fmt: skip
    metric = found.metrics[0]
    title = leader(metric, drawn_, found.by[0], adds_up(metric, found.by[0])) if found.by else moved(drawn_[0], metric)
    time = TimeAxis(min(each.points[0][0] for each in drawn_), max(each.end for each in drawn_))
    return picture(found, title, spec=spec, alt=alt, html=notes(found), time=time)


def bar(reading: Reading, report: Report) -> Picture:
    """Bars by part lie, bars over time stand."""
    found = asked(reading, report)
    if isinstance(found, Picture):
        return found
    if TIME not in report.rows:
        return picture(found, finding(found), html=report_charts.ranked_html(found) + notes(found))
    spec, alt = report_charts.columns(found)
    if spec is None:
        return empty(what(found), "None of these periods has a value.", report.values)
    return picture(found, finding(found), spec=spec, alt=alt, html=notes(found), time=report_charts.column_axis(found))


def scatter(reading: Reading, report: Report) -> Picture:
    found = asked(reading, report)
    if isinstance(found, Picture):
        return found
    if len(found.metrics) < 2:
        return empty(what(found), f"{found.unseen[0]} is not in your role, and a scatter needs both of its figures.")
    spec, alt = report_charts.scatter(found)
    if spec is None:
        return empty(what(found), "No part has a value of both figures.", report.values)
    first, second = (metric.label for metric in found.metrics)
    title = f"{second} against {f.in_sentence(first)}"
    return picture(found, title, spec=spec, alt=alt, html=notes(found))


def funnel(reading: Reading, report: Report) -> Picture:
    """How many came to each step of one funnel in the last month."""
    found = asked(reading, report)
    if isinstance(found, Picture):
        return found
    known = [period for period in found.periods
             if any(found.point(0, period, key).value is not None for key in found.keys)]  # fmt: skip
    found = replace(found, periods=tuple(known[-1:]) or found.periods[-1:])
    points = [(numbered(key[0]), found.point(0, found.last, key).value) for key in found.keys]
    steps = divided([Step(name, value) for (_, name), value in sorted(points) if value is not None])
    title = titles.steps("", [(step.name, step.count) for step in steps])
    return picture(found, title, html=steps_html(steps, title) + notes(found))


def cohort_grid(reading: Reading, report: Report) -> Picture:
    """The cohorts of the last so many months."""
    at = reading
    months = report.last if not report.since else (
        (at.closed.year - report.since.year) * 12 + at.closed.month - report.since.month + 1
    )
    metric = catalogue()[report.values[0]]
    noun = next((noun for part, noun in NOUNS.items() if part in metric.name), "customers")
    made = cohorts.make(at, Cohorts(metric.name, cohorts=max(months, 1), ages=12, noun=noun))
    return replace(made, whole=())


def kpi(reading: Reading, report: Report) -> Picture:
    """One figure as a tile says it: value, change, thirteen months."""
    at = replace(reading, compare=COMPARISONS[report.compare or "month_before"])
    name = report.values[0]
    is_whole = not at.where
    tile = facts(at, name, at.targets().get(name) if is_whole else None)
    metric = catalogue()[name]
    said = f"{metric.label}, {f.month_year(at.closed)}"
    change = "" if tile.value is None else f"{metric.label} stands at {f.figure(tile.value, metric.unit)}"
    return Picture(change or f"{metric.label} is not known", said, f"Closed {f.day(month_end(shift(at.running, -1)))}",
                   (name,), html=f'<div class="pl-kpi">{tile_html(tile, at.now)}</div>',
                   month=at.closed if is_whole else None, value=tile.value if is_whole else None)  # fmt: skip


DRAWERS: Mapping[str, Callable[[Reading, Report], Picture]] = {
    "table": table, "pivot": pivot, "line": line, "area": area, "bar": bar, "scatter": scatter, "funnel": funnel,
    "cohorts": cohort_grid, "kpi": kpi,
}  # fmt: skip
__all__ = ["drawn", "make", "stands"]
