"""Parts in the order of the business; shares, wholes and titles were worked out by hand."""

from __future__ import annotations

import pytest

from app.dashboard import Ordered
from app.ui import part_titles as titles
from app.ui.orders import named, place
from app.ui.panels import ordered
from app.ui.scales import scale_of

from .by_hand import OCTOBER, ByHand, texts

T = "\u2009"
AGES = {"Over 90": 8100.0, "1-30": 900.0, "Current": 1000.0, "Sent to court": 0.0, "Credit": 0.0, "61-90": 0.0}
LATE = {"Over 90": 8100.0, "1-30": 900.0}


def receivables() -> ByHand:
    return ByHand({("receivables", "bucket"): {OCTOBER: AGES}, ("overdue_receivables", "bucket"): {OCTOBER: LATE}})


def test_receivables_stand_by_age_and_the_sum_is_the_whole() -> None:
    read = receivables()
    made = ordered.make(read.reading, Ordered("receivables", "bucket", "overdue_receivables"))
    assert made.title == f"Over 90 days holds 81{T}% of receivables"  # 8,100 of 10,000
    assert (made.month, made.value, made.corner) == (OCTOBER, 10_000.0, "Closed 31 Oct")
    assert made.metrics == ("receivables", "overdue_receivables")
    rows = texts(made.html)
    ages = ["Current", "1-30 days", "61-90 days", "Over 90 days"]
    assert [row[0] for row in rows[1:]] == [*ages, "Sent to court", "All"]
    assert rows[4] == ["Over 90 days", "", "8,100", f"81.0{T}%", "8,100"]
    assert rows[-1][2:] == ["10,000", f"100.0{T}%", "9,000"]
    assert 'style="width:100.0%"' in made.html and 'style="width:11.1%"' in made.html  # 900 of 8,100
    assert not read.asked, "what adds up is added up"


def test_a_credit_is_shown_once_there_is_one() -> None:
    owed = ordered.Side({"Credit": -5.0, "Disputed": 0.0, "Current": 0.0})
    parts = ordered.in_order("bucket", owed, ordered.Side({}))
    assert [part.name for part in parts] == ["Current", "Credit"]


def test_shares_are_not_told_of_parts_on_both_sides_of_zero() -> None:
    read = ByHand({("receivables", "bucket"): {OCTOBER: {"Current": 10.0, "Credit": -5.0}}})
    made = ordered.make(read.reading, Ordered("receivables", "bucket"))
    assert "share" not in made.html and made.value == 5.0
    assert made.title == "Receivables is highest for Current: $10"


def test_a_rate_is_asked_anew_for_the_whole_and_never_summed() -> None:
    rates = {"11-50": 0.4, "1-10": 0.6, "Unknown": 1.0}
    read = ByHand({("win_rate", "company_size"): {OCTOBER: rates}}, {"win_rate": {OCTOBER: 0.45}})
    made = ordered.make(read.reading, Ordered("win_rate", "company_size"))
    assert made.title == f"Win rate is highest for 1-10: 60.0{T}%", "an unknown size leads nothing"
    assert [row[0] for row in texts(made.html)[1:]] == ["1-10", "11-50", "Unknown", "All"]
    assert texts(made.html)[-1] == ["All", "", "45.0"] and made.value == 0.45 and read.asked == ["win_rate"]


def test_a_sum_with_an_unknown_part_is_asked_anew() -> None:
    parts = {"Current": 10.0, "1-30": None}
    read = ByHand({("receivables", "bucket"): {OCTOBER: parts}}, {"receivables": {OCTOBER: None}})
    made = ordered.make(read.reading, Ordered("receivables", "bucket"))
    assert made.value is None and texts(made.html)[-1] == ["All", "", "n/a"]


def test_a_panel_without_values_says_why() -> None:
    none = {("csat", "priority"): {OCTOBER: {"normal": (None, "no survey was answered")}}}
    assert "No survey was answered" in ordered.make(ByHand(none).reading, Ordered("csat", "priority")).html
    nothing = ordered.make(ByHand({("csat", "priority"): {}}).reading, Ordered("csat", "priority"))
    assert nothing.title == "No CSAT yet"


def test_names_are_escaped_and_countries_are_named() -> None:
    read = ByHand({("open_pipeline", "stage"): {OCTOBER: {"<b>Won</b>": 5.0, "Negotiation": 1.0}}})
    made = ordered.make(read.reading, Ordered("open_pipeline", "stage"))
    assert "<b>" not in made.html and "&lt;b&gt;Won" in made.html
    assert [row[0] for row in texts(made.html)[1:]] == ["Negotiation", "&lt;b&gt;Won&lt;/b&gt;", "All"]
    assert (named("country", "DE"), named("country", "")) == ("Germany", "Not known")


def test_unknown_values_come_last_by_name() -> None:
    stages = ["Zeta", "Negotiation", "Alpha", "Prospecting"]
    assert sorted(stages, key=lambda stage: place("stage", stage)) == ["Prospecting", "Negotiation", "Alpha", "Zeta"]


@pytest.mark.parametrize(
    ("label", "unit", "name", "share", "expected"),
    [
        ("Customers by health", "count", "Healthy", 0.782, f"Healthy makes up 78{T}% of customers"),
        ("Active days", "count", "Power users", 0.616, f"Power users make up 62{T}% of active days"),
        ("Open pipeline", "usd", "Negotiation", 0.9996, f"Negotiation holds 99.9{T}% of open pipeline"),
        ("Receivables", "usd", "Current", 1.0, "Current holds all of receivables"),
        ("Receivables", "usd", "Current", 0.0004, f"Current holds 0.1{T}% of receivables"),
    ],
)
def test_a_share_is_never_rounded_to_all_or_nothing(
    label: str, unit: str, name: str, share: float, expected: str
) -> None:
    assert titles.held(label, unit, name, share) == expected


@pytest.mark.parametrize(
    ("unit", "values", "is_short", "head", "shown"),
    [
        ("usd", [12_340.0, 40.0], True, "x, $ thousand", ["12.3", "0.0"]),
        ("usd", [12_340.0, 40.0], False, "x, $", ["12,340", "40"]),
        ("usd", [1.25, None], False, "x, $", ["1.25", "n/a"]),
        ("ratio", [0.051, 0.0325], False, "x, %", ["5.10", "3.25"]),
        ("count", [3.0, 1200.0], False, "x", ["3", "1,200"]),
        ("count", [3.5, 2.0], False, "x", ["3.5", "2.0"]),
        ("hours", [3.25, -2.0], False, "x, hours", ["3.2", "\u22122.0"]),
    ],
)
def test_a_column_has_one_unit_and_one_number_of_decimals(
    unit: str, values: list[float | None], is_short: bool, head: str, shown: list[str]
) -> None:
    scale = scale_of(unit, values, is_short=is_short)
    assert scale.head("x") == head and [scale.show(value) for value in values] == shown
