"""Lines over time: what the title finds, where a line breaks, and where the labels stand; worked out by hand."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest

from app.metrics import catalogue
from app.ui.panels.lines import LABEL, Series, alone, apart, broken, leader, moved, spec, words

T = "\u2009"
OCT, NOV, DEC = date(2026, 10, 31), date(2026, 11, 30), date(2026, 12, 31)
YEAR_AGO = date(2025, 12, 31)


def of(*points: tuple[date, float], name: str = "Direct") -> Series:
    return Series(name, points)


@pytest.mark.parametrize(
    ("metric", "points", "expected"),
    [
        pytest.param("win_rate", ((YEAR_AGO, 0.588), (DEC, 0.5)), f"Win rate fell from 58.8{T}% to 50.0{T}% in a year",
                     id="a year of points"),
        pytest.param("mau", ((date(2026, 11, 1), 24), (DEC, 27)), "Monthly active users rose from 24 to 27 in 2 months",
                     id="two months of days"),
        pytest.param("dau", ((date(2026, 12, 1), 9), (date(2026, 12, 22), 12)),
                     "Daily active users rose from 9 to 12 in 21 days", id="some days"),
        pytest.param("arr", ((YEAR_AGO, 733_301.0), (DEC, 733_299.0)), "ARR stands at $733.3K, as a year before",
                     id="the same as it is printed"),
        pytest.param("arr", ((OCT, 10.0), (DEC, 10.0)), "ARR stands at $10, as on 31 Oct 2026",
                     id="the same since a day"),
        pytest.param("ltv_to_cac", ((DEC, 4.3116),), "LTV:CAC stands at 4.31\u00d7", id="one point"),
    ],
)  # fmt: skip
def test_the_finding_of_one_line(metric: str, points: tuple[tuple[date, float], ...], expected: str) -> None:
    assert moved(of(*points), catalogue()[metric]) == expected


def test_the_finding_of_parts_is_a_share_only_where_they_make_the_whole() -> None:
    parts = [of((DEC, 170.0), name="Organic Search"), of((DEC, 94.0), name="Email"), of((DEC, 136.0), name="Other")]
    said = leader(catalogue()["web_sessions"], parts, "channel", is_sum=True)
    assert said == f"Organic Search brings 42.5{T}% of web sessions"  # 170 of 400
    rates = [of((DEC, 0.5), name="Web"), of((DEC, 0.25), name="Partner")]
    assert leader(catalogue()["win_rate"], rates, "lead_source", is_sum=False) == f"Web leads in win rate with 50.0{T}%"


def test_a_line_breaks_where_a_month_has_no_figure() -> None:
    """November is not known: no line from October to December, which would be a November."""
    months = ((date(2026, 8, 31), 1.0), (date(2026, 9, 30), 2.0), (OCT, 3.0), (DEC, 4.0))
    found = broken(months)
    assert [value for _, value in found] == [1.0, 2.0, 3.0, None, 4.0]
    assert OCT < found[3][0] < DEC
    assert [value for _, value in broken(months[:3])] == [1.0, 2.0, 3.0]


def test_a_value_between_two_gaps_is_a_point() -> None:
    rows = [{"value": 1.0}, {"value": 2.0}, {"value": None}, {"value": 3.0}]
    assert alone(rows) == [{"value": 3.0}]
    assert alone([{"value": 7.0}]) == [{"value": 7.0}]


@pytest.mark.parametrize("places", [[10.0, 12.0, 90.0], [50.0], [], [30.0, 30.0, 30.0, 30.0], [90.0, 12.0, 10.0]])
def test_labels_never_stand_on_each_other_and_keep_their_order(places: list[float]) -> None:
    stand = sorted((place, place + moved_down) for place, moved_down in zip(places, apart(places), strict=True))
    feet = [at for _, at in stand]
    assert feet == sorted(feet)
    assert all(later - before >= LABEL - 1e-9 for before, later in pairwise(feet))


def test_the_chart_has_no_zero_base_and_says_every_line_in_words() -> None:
    lines = [of((NOV, 0.96), (DEC, 0.959), name="NRR"), of((NOV, 0.85), (DEC, 0.838), name="GRR")]
    low, high = spec(lines, "ratio")["layer"][0]["encoding"]["y"]["scale"]["domain"]
    assert 0.8 < low < 0.838 and 0.96 < high < 1
    assert words(lines, "ratio") == (
        f"NRR: 96.0{T}% on 30 November 2026, 95.9{T}% on 31 December 2026. "
        f"GRR: 85.0{T}% on 30 November 2026, 83.8{T}% on 31 December 2026."
    )
    names = [layer["mark"]["text"] for layer in spec(lines, "ratio")["layer"] if layer["mark"]["type"] == "text"]
    assert names == [f"NRR 95.9{T}%", f"GRR 83.8{T}%"]


def test_days_of_a_week_without_gaps_stay_one_line() -> None:
    days = tuple((DEC - timedelta(days=back), 1.0) for back in range(6, -1, -1))
    assert len(broken(days)) == 7
