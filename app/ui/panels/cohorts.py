"""Cohorts: who came in a month, and which part of them is left month by month, as one heat grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from app.dashboard import Cohorts
from app.ui import format as f
from app.ui import titles
from app.ui.panels.frame import Picture, no_month
from app.ui.reading import Reading, as_date, as_float, month_end, records, shift

DEEPEST = 80
"""The deepest fill in per cent of its colour: text in ink is readable on it in both themes."""
PALEST = 8
SPREAD = 0.5
"""Depths tell apart at least this much: 97 and 99 % do not look like none and all."""
QUIET = ' class="pl-quiet"'
"""Only the first column shows the word; a screen reader says it with each."""
Cells = Mapping[tuple[date, int], float | None]
Averages = Mapping[int, float | None]


@dataclass(frozen=True)
class Grid:
    """What is drawn: cohort months, oldest first; which part is left by month and age; how many began, where told.

    A cell that is absent is not over yet or has no row; None is a value that is not known.
    """

    closed: date
    months: tuple[date, ...]
    users: Cells
    money: Cells
    all_users: Averages
    all_money: Averages
    began: Mapping[date, float | None]

    @property
    def ages(self) -> range:
        """The columns: up to the last age that anything is known of."""
        return range(max((age for _, age in self.users), default=-1) + 1)

    def is_over(self, month: date, age: int) -> bool:
        return shift(month, age) <= self.closed

    def depth(self, value: float) -> int:
        """The fill in per cent, the deeper the more are left."""
        known = [each for each in (*self.users.values(), *self.all_users.values()) if each is not None]
        low, high = min(*known, SPREAD), max(*known, 1.0)
        part = (value - low) / (high - low)
        return round(PALEST + (DEEPEST - PALEST) * min(max(part, 0.0), 1.0))


def make(reading: Reading, panel: Cohorts) -> Picture:
    """Reads and composes the panel."""
    label = reading.metric(panel.users).label
    users = cells(reading, panel.users, panel)
    if all(value is None for value in users.values()):
        return no_month(label, panel.users)
    first = min(month for month, _ in users)
    months = tuple(month for month in span(reading.closed, panel.cohorts) if month >= first)
    grid = Grid(
        reading.closed, months, users,
        cells(reading, panel.money, panel) if panel.money else {},
        reading.averages(panel.users, panel.cohorts, panel.ages),
        reading.averages(panel.money, panel.cohorts, panel.ages) if panel.money else {},
        reading.series(panel.began, panel.cohorts) if panel.began else {},
    )  # fmt: skip
    below = f", below it {f.in_sentence(reading.metric(panel.money).label)}" if panel.money else ""
    metrics = tuple(name for name in (panel.users, panel.money, panel.began) if name)
    return Picture(finding(grid, panel.noun), f"{label}{below}. The deeper, the more are left",
                   f"Closed {f.day(month_end(reading.closed))}", metrics, html=grid_html(grid, panel.noun))  # fmt: skip


def span(closed: date, months: int) -> list[date]:
    """The cohort months, oldest first."""
    return [shift(closed, -back) for back in range(months - 1, -1, -1)]


def cells(reading: Reading, name: str, panel: Cohorts) -> dict[tuple[date, int], float | None]:
    """Which part is left, by cohort month and age."""
    rows = records(reading.answer(name, panel.cohorts).frame)
    return {
        (as_date(row["month"]), int(row["age"])): as_float(row["value"]) for row in rows if row["age"] <= panel.ages
    }


def covered(grid: Grid) -> int | None:
    """The age that the title speaks of: the last one that half of the cohorts have reached and whose average is known.

    A later one would rest on few cohorts, an earlier one says less.
    """
    cohorts = {month for month, _ in grid.users}
    for age in reversed(grid.ages):
        reached = sum(grid.users.get((month, age)) is not None for month in cohorts)
        if grid.all_users.get(age) is not None and 2 * reached >= len(cohorts):
            return age
    return None


def finding(grid: Grid, noun: str) -> str:
    age = covered(grid)
    left = None if age is None else grid.all_users[age]
    if age is None or left is None:
        return f"How many {noun} are still there"
    return titles.cohorts(noun, age, left, grid.all_money.get(age))


def grid_html(grid: Grid, noun: str) -> str:
    """The grid as a table that scrolls inside itself; its first column stays."""
    counted = f'<th scope="col" class="pl-num">{escape(noun)}</th>' if grid.began else ""
    ages = "".join(
        f'<th scope="col"><span{QUIET if age else ""}>month </span>{age}</th>' for age in grid.ages
    )
    caption = f"Which part of {noun} is still there, by the month they came and the months since"
    body = "".join(row_html(grid, month) for month in grid.months)
    return (
        f'<div class="pl-scroll" role="region" aria-label="{escape(caption)}" tabindex="0"><table class="pl-heat">'
        f'<caption>{escape(caption)}</caption><thead><tr><th scope="col">Came in</th>{counted}{ages}</tr></thead>'
        f"<tbody>{body}{all_html(grid)}</tbody></table></div>"
        '<p class="pl-more">All: of the cohorts that have reached that month, weighted by what they began with. '
        "A month that is not over is empty.</p>"
    )


def row_html(grid: Grid, month: date) -> str:
    """One cohort; a month in which none began says so."""
    head = f'<tr><th scope="row">{escape(f.month_name(month)[:3])} {month.year}</th>'
    if not any((month, age) in grid.users for age in grid.ages):
        return f'{head}<td class="pl-none-came" colspan="{len(grid.ages) + bool(grid.began)}">no cohort</td></tr>'
    drawn = [
        cell_html(grid, grid.users.get((month, age)), grid.money.get((month, age)))
        if grid.is_over(month, age) else '<td class="pl-not-over"></td>'
        for age in grid.ages
    ]  # fmt: skip
    return f"{head}{began_html(grid, [month])}{''.join(drawn)}</tr>"


def all_html(grid: Grid) -> str:
    """The last row: all cohorts by age."""
    drawn = "".join(cell_html(grid, grid.all_users.get(age), grid.all_money.get(age)) for age in grid.ages)
    return f'<tr class="pl-total"><th scope="row">All</th>{began_html(grid, grid.months)}{drawn}</tr>'


def began_html(grid: Grid, months: Sequence[date]) -> str:
    """How many began in those months; nothing where no metric tells, n/a where one of the months is not known."""
    if not grid.began:
        return ""
    counts = [grid.began.get(month) for month in months]
    known = [count for count in counts if count is not None]
    return f'<td class="pl-num">{f.number(sum(known)) if len(known) == len(counts) else f.MISSING}</td>'


def cell_html(grid: Grid, left: float | None, money: float | None) -> str:
    """One cell: the part that is left and, in small print, the money; its fill goes by the former."""
    if left is None:
        return f'<td class="pl-unknown">{f.MISSING}</td>'
    below = f"<small>{f.percent(money)}</small>" if money is not None else ""
    return f'<td class="pl-left" style="--pl-depth:{grid.depth(left)}%">{f.percent(left)}{below}</td>'
