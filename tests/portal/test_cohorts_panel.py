"""The cohort grid: what is not over is empty, what is not known is said, each text is readable on its fill.

Three cohorts by hand: 10 customers came in January, none in February, 20 in March, 5 in April; April is closed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any, cast
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from app.access import Viewer
from app.dashboard import Cohorts
from app.question import Question
from app.ui import titles
from app.ui.look import stylesheet, tokens
from app.ui.panels import cohorts
from app.ui.reading import Reading
from app.warehouse import Warehouse

T = "\u2009"
JAN, FEB, MAR, APR = (date(2026, month, 1) for month in (1, 2, 3, 4))
USERS = {(JAN, 0): 1.0, (JAN, 1): 0.9, (JAN, 2): 0.8, (JAN, 3): 0.7, (MAR, 0): 1.0, (MAR, 1): 0.5, (APR, 0): 1.0}
MONEY = {**dict.fromkeys(USERS, 1.0), (JAN, 3): 1.25}
WEIGHTED = {0: 1.0, 1: 19 / 30, 2: 0.8, 3: 0.7}  # of month 1: 9 of 10 and 10 of 20
PANEL = Cohorts("left", "money", cohorts=4, ages=12, began="came")


@dataclass
class Told:
    """A reading whose figures are given."""

    cells: dict[str, dict[tuple[date, int], float | None]]
    weighted: dict[str, dict[int, float | None]]
    began: dict[date, float | None] = field(default_factory=dict)
    closed: date = APR

    def metric(self, name: str) -> Any:
        return SimpleNamespace(label={"left": "Customer retention", "money": "Money retention"}[name])

    def answer(self, name: str, months: int) -> Any:
        assert months == PANEL.cohorts
        rows = [(month, age, value) for (month, age), value in self.cells[name].items()]
        return SimpleNamespace(frame=pd.DataFrame(rows, columns=["month", "age", "value"]))

    def averages(self, name: str, months: int, ages: int) -> dict[int, float | None]:
        return self.weighted[name]

    def series(self, name: str, months: int) -> dict[date, float | None]:
        return self.began


def drawn(panel: Cohorts = PANEL, **changed: Any) -> Any:
    told = {"cells": {"left": USERS, "money": MONEY}, "weighted": {"left": WEIGHTED, "money": {1: 1.04}},
            "began": {JAN: 10.0, MAR: 20.0, APR: 5.0, FEB: 0.0}, **changed}  # fmt: skip
    return cohorts.make(cast(Reading, Told(**told)), panel)


def rows(html: str) -> list[list[str]]:
    """The body's rows as the texts of their cells, users and money apart by a slash."""
    body = re.sub(r"<small>", "/", html.split("<tbody>")[1]).split("</tr>")[:-1]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.split(r"</t[hd]>", row)[:-1]] for row in body]


def test_each_cohort_is_a_row_and_what_is_not_over_is_empty() -> None:
    january, february, march, april, together = rows(drawn().html)
    assert january == ["Jan 2026", "10", f"100.0{T}%/100.0{T}%", f"90.0{T}%/100.0{T}%", f"80.0{T}%/100.0{T}%",
                       f"70.0{T}%/125.0{T}%"]  # fmt: skip
    assert february == ["Feb 2026", "no cohort"]
    assert march == ["Mar 2026", "20", f"100.0{T}%/100.0{T}%", f"50.0{T}%/100.0{T}%", "", ""]
    assert april == ["Apr 2026", "5", f"100.0{T}%/100.0{T}%", "", "", ""]
    assert together == ["All", "35", f"100.0{T}%", f"63.3{T}%/104.0{T}%", f"80.0{T}%", f"70.0{T}%"]


def test_the_title_speaks_of_the_last_month_that_half_of_the_cohorts_have_reached() -> None:
    assert drawn().title == f"A month on, 63.3{T}% of customers are still there, and 104.0{T}% of their money"
    picture = drawn(weighted={"left": {**WEIGHTED, 1: None}, "money": {}})
    assert picture.title == "In their first month, all customers are still there", "month 1 is not known"


def test_a_cell_that_is_over_and_not_known_is_not_drawn_as_nothing() -> None:
    gone = {cell: value for cell, value in USERS.items() if cell != (MAR, 1)}
    for users in (gone, {**USERS, (MAR, 1): None}):
        assert rows(drawn(cells={"left": users, "money": MONEY}).html)[2][3:] == ["n/a", "", ""]


def test_what_is_not_known_of_one_cohort_is_not_known_of_all() -> None:
    html = drawn(began={JAN: 10.0, MAR: 20.0}).html
    assert [row[1] for row in rows(html)] == ["10", "no cohort", "20", "n/a", "n/a"]


def test_users_alone_have_no_small_print_and_no_count() -> None:
    picture = drawn(Cohorts("left", cohorts=4, noun="users"))
    assert picture.metrics == ("left",) and "<small>" not in picture.html and "/" not in rows(picture.html)[0][1]
    assert picture.subtitle.startswith("Customer retention. ") and picture.corner == "Closed 30 Apr"
    assert rows(picture.html)[0] == ["Jan 2026", *(f"{part}.0{T}%" for part in (100, 90, 80, 70))]


def test_cohorts_before_the_first_one_known_and_later_ages_are_left_out() -> None:
    late = {cell: value for cell, value in USERS.items() if cell[0] != JAN}
    html = drawn(cells={"left": late, "money": MONEY}).html
    assert [row[0] for row in rows(html)] == ["Mar 2026", "Apr 2026", "All"]
    html = drawn(Cohorts("left", cohorts=4, ages=1)).html
    assert [len(row) for row in rows(html)] == [3, 2, 3, 3, 3]


def test_a_company_without_cohorts_is_told_so() -> None:
    picture = drawn(cells={"left": {}, "money": {}})
    assert picture.title == "No customer retention yet" and "closed month" in picture.html


def test_the_grid_is_read_out_and_scrolls_inside_itself() -> None:
    html = drawn().html
    assert "<caption>Which part of customers is still there" in html and 'tabindex="0"' in html
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html)
    assert [re.sub(r"<[^>]+>", "", head) for head in heads[2:]] == ["month 0", "month 1", "month 2", "month 3"]
    assert len(re.findall(r'<th scope="row">', html)) == 5
    assert re.search(r"\.pl-heat th:first-child \{ position: sticky; left: 0", stylesheet())


def luminance(rgb: tuple[float, ...]) -> float:
    """Of sRGB from 0 to 1, as WCAG 2 works it out."""
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def parts(colour: str) -> tuple[float, ...]:
    return tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("depth", range(cohorts.PALEST, cohorts.DEEPEST + 1, 8))
def test_the_text_is_readable_at_every_depth(theme: str, depth: int) -> None:
    mix = re.search(r"color-mix\(in srgb, var\(--pl-(\w+)\) var\(--pl-depth\), transparent\)", stylesheet())
    assert mix
    color = tokens()["color"][theme]
    mixed = zip(parts(color[mix[1]]), parts(color["ground"]), strict=True)
    fill = luminance(tuple(over * depth / 100 + under * (1 - depth / 100) for over, under in mixed))
    low, high = sorted((luminance(parts(color["ink"])), fill))
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_the_fill_is_deeper_the_more_are_left_and_does_not_shout_of_little() -> None:
    depths = [int(found) for found in re.findall(r"--pl-depth:(\d+)%", drawn().html)]
    assert depths[:4] == [80, 66, 51, 37] and depths[5] == 8, "from 50 %, the lowest, to 100 %"
    near = drawn(Cohorts("left", cohorts=4), cells={"left": {(APR, 0): 0.98}}, weighted={"left": {0: 0.98}})
    assert re.findall(r"--pl-depth:(\d+)%", near.html) == ["77", "77"]


@pytest.mark.parametrize(
    ("noun", "age", "left", "money", "expected"),
    [
        ("customers", 12, 0.71, 0.835,
         f"A year on, 71.0{T}% of customers are still there, and 83.5{T}% of their money"),
        ("users", 6, 0.4, None, f"Half a year on, 40.0{T}% of users are still there"),
        ("users", 7, 1.0, None, "7 months on, all users are still there"),
        ("accounts", 3, 0.0, None, "3 months on, no accounts are still there"),
        ("accounts", 3, 0.999, None, f"3 months on, 99.9{T}% of accounts are still there"),
    ],
)  # fmt: skip
def test_the_finding(noun: str, age: int, left: float, money: float | None, expected: str) -> None:
    assert titles.cohorts(noun, age, left, money) == expected


def test_averages_are_asked_anew_for_each_age_of_the_same_cohorts() -> None:
    asked: list[Question] = []

    def answer(viewer: Viewer, question: Question, **_: Any) -> Any:
        asked.append(question)
        age = int(question.where[0][1])
        return SimpleNamespace(frame=pd.DataFrame({"age": [age], "value": [1 - age / 10]} if age < 2 else {}))

    at = datetime(2026, 5, 9, tzinfo=UTC)
    warehouse = cast(Warehouse, SimpleNamespace(answer=answer))
    reading = Reading(warehouse, Viewer("a@b.c", ("finance",)), at, at, ZoneInfo("UTC"))
    assert reading.averages("customer_retention", 4, 12) == {0: 1.0, 1: 0.9}
    assert {(each.since, each.until, each.average) for each in asked} == {(JAN, APR, True)}
    assert [each.where for each in asked] == [(("age", str(age)),) for age in range(4)], "none is older than 3 months"
