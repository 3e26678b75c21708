"""The success measures as pictures: all five at a look, and each with its weeks and the questions behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from html import escape
from typing import Any

import pandas as pd

from app.access import Viewer
from app.dashboard import Measure, Measures
from app.errors import NotPermitted
from app.ledger import measures as m
from app.ledger.entries import Entry
from app.ledger.measured import measured
from app.ui import format as f
from app.ui import measure_words as words
from app.ui.charts import Spec, chart, strong, values
from app.ui.look import tokens, var
from app.ui.panels.frame import Picture, empty
from app.ui.reading import Reading
from app.ui.spark import track
from app.ui.tables import Cell, Column, table
from app.warehouse import Warehouse

MOST = 40
"""So many questions are listed behind a measure; a file has all of them."""
NOT_YOURS = "The question ledger is read by executives and analysts."
COLUMNS = (Column("Question", is_prose=True), Column("Asked by"), Column("Outcome"), Column("Took", True))
HEADROOM = 1.18


def make_all(reading: Reading, panel: Measures) -> Picture:
    """The five numbers with their targets."""
    try:
        found = read(reading)
    except NotPermitted:
        return empty("Success measures", NOT_YOURS)
    html = "".join(tile_html(one) for one in found)
    return Picture(words.standing(found), "The last four weeks, but R4, which is of now", "",
                   html=f'<div class="pl-measures">{html}</div>')  # fmt: skip


def make(reading: Reading, panel: Measure) -> Picture:
    """One measure: its finding, thirteen weeks, and what is behind it."""
    try:
        found = next(one for one in read(reading) if one.key == panel.key)
    except NotPermitted:
        return empty(m.LABELS[panel.key], NOT_YOURS)
    if reading.kept is not None:
        reading.kept.table(f"portal.{panel.key}", {}, frame(found))
    said = words.state(found)
    corner = f"Target {said}" if said else words.NOT_YET
    html = lines_html(found.lines) if found.lines else behind_html(found.entries, reading)
    drawn = any(week.value is not None for week in found.weeks)
    return Picture(words.title(found), words.subtitle(found), corner, spec=spec(found) if drawn else None,
                   alt=alt(found) if drawn else "", html=html)  # fmt: skip


def read(reading: Reading) -> tuple[m.Measure, ...]:
    """The measures, noted as read for the page; read once for all its panels."""
    found = at_once(reading.warehouse, reading.viewer, reading.now)
    reading.noted.update(f"measure {one.key}" for one in found)
    return found


@lru_cache(maxsize=4)
def at_once(warehouse: Warehouse, viewer: Viewer, now: datetime) -> tuple[m.Measure, ...]:
    """The measures of one instant, such as that of a visit."""
    return measured(warehouse, viewer, now)


def tile_html(found: m.Measure) -> str:
    """A measure as a tile: name, number, target track, met or missed."""
    figure, said = words.figure(found), words.state(found)
    before = f'<span class="pl-unit pl-unit-before">{escape(figure.before)}</span>' if figure.before else ""
    word = " pl-unit-word" if len(figure.unit) > 1 else ""
    unit = f'<span class="pl-unit{word}">{figure.unit}</span>' if figure.unit else ""
    missing = " pl-missing" if found.value is None else ""
    has_track = found.key in ("R2", "R5") and found.value is not None and found.goal is not None
    line = track(found.value or 0.0, found.goal or 0.0) if has_track else '<div class="pl-track pl-none"></div>'
    state = f'<span{" class=pl-missed" if said == "missed" else ""}>{said or words.NOT_YET.lower()}</span>'
    return (
        f'<div class="pl-measure"><div class="pl-tile-label">{escape(found.label)}</div>'
        f'<div class="pl-value{missing}">{before}{figure.digits}{unit}</div>{line}'
        f'<div class="pl-target"><span>{escape(words.target(found))}</span>{state}</div></div>'
    )


def behind_html(entries: Sequence[Entry], reading: Reading) -> str:
    """The questions, closed until they are wanted."""
    if not entries:
        return ""
    rows = [
        (Cell(words.asked(one), note=f"{f.clock_time(one.began_at, reading.zone)}: {words.ways(one)}"),
         words.roles(one), Cell(words.outcome(one), "missed" if one.state == "unanswered" else "still"), took(one))
        for one in entries[:MOST]
    ]  # fmt: skip
    count = f"{len(entries)} question{'' if len(entries) == 1 else 's'} behind it"
    count += f", the newest {MOST} shown" if len(entries) > MOST else ""
    return (f'<details class="pl-behind"><summary>{count}</summary><div class="pl-worked">'
            f'{table(COLUMNS, rows, caption="Questions")}</div></details>')  # fmt: skip


def took(one: Entry) -> Cell:
    """The time to the answer, and what people spent on it where they did."""
    spent = f"{one.minutes}{f.THIN}min of work" if one.minutes else ""
    return Cell(words.duration(one.hours), note=spent)


def lines_html(lines: Sequence[m.Line]) -> str:
    """Every claim with the rest that nobody explains."""
    columns = (Column("Claim"), Column("Claimed", True), Column("Certified", True), Column("Unexplained", True))
    rows: list[tuple[Cell | str, ...]] = [
        (Cell(f"{line.department.capitalize()}, {line.figure.upper() if line.figure == 'arr' else line.figure}",
              href="/reconciliation"),
         *(f.number(float(value), places) for value in (line.claimed, line.certified)),
         Cell(f.number(float(line.unexplained), places), "missed" if line.unexplained else ""))
        for line in lines for places in (2 if line.figure == "arr" else 0,)
    ]  # fmt: skip
    return table(columns, rows, caption="Claims and what of them is unexplained")


def scale(found: m.Measure) -> tuple[float, str]:
    """What a week's value is multiplied by, and what it is counted in."""
    most = max((week.value or 0.0 for week in found.weeks), default=0.0)
    if found.unit == "ratio":
        return 100.0, f"{f.THIN}%"
    if found.key == "R1":
        return (60.0, f"{f.THIN}min") if most < 1 else (1.0, f"{f.THIN}h") if most < 48 else (1 / 24, f"{f.THIN}days")
    return (1.0, f"{f.THIN}h") if found.key == "R5" else (1.0, "")


def spec(found: m.Measure) -> Spec:
    """A bar for each week, the running one paler; the target where it lies in sight."""
    factor, unit = scale(found)
    order = [week.monday.isoformat() for week in found.weeks]
    rows: list[dict[str, Any]] = [
        {"week": week.monday.isoformat(), "value": round(week.value * factor, 3),
         "colour": var("band" if week is found.weeks[-1] else "bar")}
        for week in found.weeks
        if week.value is not None
    ]  # fmt: skip
    most = max(row["value"] for row in rows)
    goal = None if found.goal is None or found.key in ("R3", "R4") else found.goal * factor
    in_sight = goal if goal is not None and goal <= max(most * 2, 1.0) else None
    top = 100.0 if unit.endswith("%") else max(most, in_sight or 0.0, 1.0)
    named = {week.monday.isoformat(): f.day(week.monday) for week in found.weeks[::4]}
    text = "".join(f"datum.value=='{day}'?'{said}':" for day, said in named.items()) + "''"
    x = {"field": "week", "type": "ordinal", "sort": order, "scale": {"paddingInner": 0.36, "domain": order},
         "axis": {"labelAngle": 0, "labelExpr": text, "domain": False, "labelOverlap": False}}  # fmt: skip
    axis = {"tickCount": 4, "tickMinStep": 1, "labelExpr": f"format(datum.value,',~f')+'{unit}'"}
    y = {"type": "quantitative", "axis": axis, "scale": {"domain": [0, top * HEADROOM]}}
    bars = {"data": values(rows), "mark": {"type": "bar", "aria": False},
            "encoding": {"x": x, "y": {"field": "value", **y},
                         "color": {"field": "colour", "type": "nominal", "scale": None}}}  # fmt: skip
    last = rows[-1]
    said = f"{f.number(float(last['value']), 0 if last['value'] >= 10 or unit == '' else 1)}{unit}"
    ends = {"data": values([{**last, "text": said}]), "mark": {"type": "text", "dy": -8, "aria": False, **strong()},
            "encoding": {"x": x, "y": {"field": "value", **y}, "text": {"field": "text"}}}  # fmt: skip
    return chart([bars, *target_rule(in_sight, y), ends], height=int(tokens()["chart"]["heightSecondRow"]) * 3 // 5)


def target_rule(goal: float | None, y: Spec) -> list[Spec]:
    """A line at the target with its name; none where it is out of sight."""
    if goal is None:
        return []
    at: dict[str, Any] = {"y": {"datum": goal, **y}}
    name = {"type": "text", "text": "Target", "align": "left", "dx": 4, "dy": -7, "fontSize": 12, "color": var("ink2"),
            "aria": False}  # fmt: skip
    rule = {"type": "rule", "color": var("target"), "strokeWidth": 1, "strokeDash": [4, 3], "aria": False}
    return [{"data": values([{}]), "mark": rule, "encoding": at},
            {"data": values([{}]), "mark": name, "encoding": {"x": {"value": 0}, **at}}]  # fmt: skip


def alt(found: m.Measure) -> str:
    """The chart in words."""
    factor, unit = scale(found)
    known = [week for week in found.weeks if week.value is not None]
    said = ", ".join(f"{f.number((week.value or 0.0) * factor, 1)}{unit} from {f.day(week.monday)}" for week in known)
    return f"{words.title(found)}. By week: {said}."


def frame(found: m.Measure) -> pd.DataFrame:
    """What is behind a measure, for a file: claims, or questions; without any its weeks."""
    if found.lines:
        return pd.DataFrame([
            {"department": line.department, "figure": line.figure, "claimed": line.claimed,
             "certified": line.certified, "unexplained": line.unexplained} for line in found.lines
        ])  # fmt: skip
    if not found.entries:
        return pd.DataFrame([{"week": week.monday, "value": week.value, "count": week.count} for week in found.weeks])
    return pd.DataFrame([
        {"question": words.asked(one), "asked_by": words.roles(one), "by_way_of": words.ways(one),
         "began_at": one.began_at, "outcome": words.outcome(one), "answer_hours": one.hours,
         "work_minutes": one.minutes} for one in found.entries
    ])  # fmt: skip
