"""A funnel: its steps in their own order, the parts of the step before and of the first, where most are lost."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import Any, cast

import pandas as pd
import pytest

from app.dashboard import Steps
from app.ui import titles
from app.ui.panels import steps
from app.ui.reading import Reading, shift

T = "\u2009"
SEP, OCT = date(2026, 9, 1), date(2026, 10, 1)
ROWS = [
    (SEP, "onboarding", "10 activated", 20.0), (SEP, "onboarding", "2 invited_teammate", 100.0),
    (SEP, "onboarding", "1 signed_up", 120.0), (SEP, "onboarding", "9 made_report", 25.0),
    (SEP, "reports", "1 opened", 999.0), (date(2026, 8, 1), "onboarding", "1 signed_up", 7.0),
]  # fmt: skip
ONBOARDING = Steps("reached", within=(("funnel", "onboarding"),), title="Onboarding")
WEB = Steps("sessions", then=("pricing", "forms"))
LABELS = {"reached": "Reached a step", "sessions": "Web sessions", "pricing": "Pricing page views", "forms": "Forms"}


@dataclass
class Told:
    """A reading whose figures are given."""

    rows: list[tuple[date, str, str, float]]
    by_name: dict[str, dict[date, float | None]]
    closed: date = OCT
    pages: tuple[str, ...] = ()

    @property
    def running(self) -> date:
        return shift(self.closed, 1)

    def metric(self, name: str) -> Any:
        return SimpleNamespace(label=LABELS[name])

    def answer(self, name: str, months: int, by: tuple[str, ...]) -> Any:
        assert by == ("funnel", "step")
        return SimpleNamespace(frame=pd.DataFrame(self.rows, columns=["month", *by, "value"]))

    def series(self, name: str, months: int) -> dict[date, float | None]:
        return self.by_name[name]


def drawn(panel: Steps, rows: Any = (), **by_name: Any) -> Any:
    return steps.make(cast(Reading, Told(list(rows), by_name)), panel)


def texts(html: str) -> list[list[str]]:
    """The body's rows as the texts of their cells."""
    body = html.split("<tbody>")[1].split("</tr>")[:-1]
    return [[re.sub(r"<[^>]+>", "", cell) for cell in re.split(r"</t[hd]>", row)[:-1]] for row in body]


def test_steps_stand_in_their_own_order_with_both_parts() -> None:
    picture = drawn(ONBOARDING, ROWS)
    assert texts(picture.html) == [
        ["Signed up", "", "120", "", f"100.0{T}%"],
        ["Invited teammate", "", "100", f"83.3{T}%", f"83.3{T}%"],
        ["Made reportMost lost here: 75", "", "25", f"25.0{T}%", f"20.8{T}%"],
        ["Activated", "", "20", f"80.0{T}%", f"16.7{T}%"],
    ]
    assert re.findall(r"width:([\d.]+)%", picture.html) == ["100.0", "83.3", "20.8", "16.7"]


def test_the_title_is_where_most_are_lost_and_the_month_is_the_newest_one_known() -> None:
    picture = drawn(ONBOARDING, ROWS)
    assert picture.title == f"Onboarding loses most between Invited teammate and Made report: 75.0{T}%"
    assert picture.subtitle == "Reached a step in September 2026. No later month has a figure yet"
    assert picture.corner == "Closed 30 Sep" and picture.metrics == ("reached",) and picture.month is None
    assert f"<caption>{picture.title}</caption>" in picture.html


def test_a_funnel_whose_steps_are_metrics_is_of_a_month_that_all_of_them_know() -> None:
    known = {"sessions": {SEP: 900.0, OCT: 1000.0}, "pricing": {SEP: 80.0, OCT: 120.0}, "forms": {SEP: 8.0, OCT: 150.0}}
    picture = drawn(WEB, **known)
    assert [row[2:] for row in texts(picture.html)] == [
        ["1,000", "", f"100.0{T}%"], ["120", f"12.0{T}%", f"12.0{T}%"], ["150", f"125.0{T}%", f"15.0{T}%"],
    ]  # fmt: skip
    assert picture.title == f"Most are lost between Web sessions and Pricing page views: 88.0{T}%"
    assert picture.subtitle == "Web sessions to forms in October 2026" and picture.corner == "Closed 31 Oct"
    assert (picture.metrics, picture.month, picture.value) == (("sessions", "pricing", "forms"), OCT, 1000.0)
    assert drawn(WEB, **{**known, "forms": {SEP: 8.0, OCT: None}}).month == SEP


def test_what_is_missing_is_said() -> None:
    assert drawn(ONBOARDING).title == "No onboarding yet"
    other = drawn(ONBOARDING, [ROWS[4]])
    assert other.title == "Onboarding: nobody began it" and "12 months before November 2026" in other.html
    assert drawn(WEB, sessions={OCT: 5.0}, pricing={OCT: 5.0}, forms={}).title == "No web sessions yet"


def test_a_step_after_one_that_nobody_reached_has_no_part_of_it() -> None:
    rows = [(OCT, "onboarding", f"{at} step_{at}", count) for at, count in ((1, 3.0), (2, 0.0), (3, 0.0))]
    assert texts(drawn(ONBOARDING, rows).html)[2] == ["Step 3", "", "0", "n/a", f"0.0{T}%"]


@pytest.mark.parametrize(
    ("way", "counts", "expected"),
    [
        ("", (100, 90, 35), f"Most are lost between A and B: 61.1{T}%"),
        ("", (1000, 500, 10), f"Most are lost between 0 and A: 50.0{T}%"),
        ("Trial", (10, 8, 6), f"Trial loses most between 0 and A: 20.0{T}%"),
        ("Trial", (5, 5, 7), "Trial loses nobody"),
        ("", (5,), "Nobody is lost on the way"),
        ("Trial", (0, 0), "Trial: nobody began it"),
        ("", (), "Nobody began"),
    ],
    ids=["the last step", "most, not the largest part", "the first of two", "none", "one step", "zero", "no row"],
)
def test_the_finding(way: str, counts: tuple[float, ...], expected: str) -> None:
    assert titles.steps(way, list(zip("0AB", counts, strict=False))) == expected


def test_a_step_says_its_number_and_its_name() -> None:
    assert steps.numbered("12 created_first_report") == (12, "Created first report")
    assert steps.numbered("created")[0] > 12, "one without a number comes last"
