"""Metrics side by side: order, change, what is folded, and the whole; every figure was worked out by hand."""

from __future__ import annotations

from datetime import date
from typing import Any

from app.dashboard import Compared
from app.ui import part_titles as titles
from app.ui.panels import compared

from .by_hand import OCTOBER, SEPTEMBER, ByHand, texts

T = "\u2009"
M = "\u2212"
BOOKED = {"Bo": 500.0, "Ann <Lee>": 48_400.0, "Cy": 0.0}
BOOKED_BEFORE = {"Bo": 1000.0, "Ann <Lee>": 44_000.0, "Cy": 0.0}
ATTAINED = {"Bo": 0.05, "Ann <Lee>": 1.1, "Cy": (None, "no quota was in force")}


def reps() -> ByHand:
    splits: dict[tuple[str, str], dict[date, dict[str, Any]]] = {
        ("credited_bookings", "rep"): {SEPTEMBER: BOOKED_BEFORE, OCTOBER: BOOKED},
        ("quota_attainment", "rep"): {OCTOBER: ATTAINED},
    }
    return ByHand(splits, {"credited_bookings": {SEPTEMBER: 45_000.0, OCTOBER: 48_900.0},
                           "quota_attainment": {OCTOBER: 0.9}})  # fmt: skip


def test_reps_stand_by_what_they_booked_and_the_whole_is_asked_anew() -> None:
    made = compared.make(reps().reading, Compared("rep", ("credited_bookings", "quota_attainment")))
    assert made.title == "Ann <Lee> leads with $48.4K of credited bookings"
    assert made.subtitle == "Reps in October by credited bookings" and made.value == 48_900.0
    assert texts(made.html) == [
        ["Rep", "Credited bookings, $", "on September", "Quota attainment, %"],
        ["Ann &lt;Lee&gt;", "48,400", f"+10.0{T}%", "110.0"],
        ["Bo", "500", f"{M}50.0{T}%", "5.0"],
        ["Cy", "0", "0", "n/a"],
        ["All", "48,900", f"+8.7{T}%", "90.0"],  # 48,900 / 45,000; 0.9 is no sum and no mean of the three
    ]
    assert 'pl-gain">+10.0' in made.html and f'pl-loss">{M}50.0' in made.html
    assert "Quota attainment n/a: no quota was in force" in made.html and "<Lee>" not in made.html


def channels(count: int, *, metric: str = "attributed_mrr_linear") -> ByHand:
    parts = {f"c{number:02}": 100.0 - number for number in range(count)}
    return ByHand({(metric, "channel"): {OCTOBER: parts, SEPTEMBER: dict.fromkeys(parts, 50.0)}},
                  {metric: {OCTOBER: sum(parts.values()), SEPTEMBER: 50.0 * count}})  # fmt: skip


def test_what_adds_up_is_folded() -> None:
    made = compared.make(channels(6).reading, Compared("channel", ("attributed_mrr_linear",), most=3))
    rows = texts(made.html)
    assert [row[0] for row in rows[1:]] == ["c00", "c01", "c02", "Other, 3 channels", "All"]
    assert rows[4][1:] == ["288", f"+92.0{T}%"]  # 97 + 96 + 95 on 3 x 50
    assert rows[5][1] == "585" and "more" not in made.subtitle


def test_one_more_part_is_shown_and_not_folded() -> None:
    made = compared.make(channels(4).reading, Compared("channel", ("attributed_mrr_linear",), most=3))
    assert [row[0] for row in texts(made.html)[1:]] == ["c00", "c01", "c02", "c03", "All"]


def test_what_does_not_add_up_is_counted_and_not_shown() -> None:
    read = channels(6)
    read.splits = {**read.splits, ("campaign_roi", "channel"): {OCTOBER: {"c00": 0.5, "c01": None}}}
    read.wholes = {**read.wholes, "campaign_roi": {OCTOBER: 0.25}}
    made = compared.make(read.reading, Compared("channel", ("attributed_mrr_linear", "campaign_roi"), most=3))
    assert [row[0] for row in texts(made.html)[1:]] == ["c00", "c01", "c02", "All"]
    assert made.subtitle.endswith("; and 3 more")
    assert [row[3] for row in texts(made.html)[1:]] == ["50.0", "n/a", "n/a", "25.0"]
    assert "Campaign ROI, first year n/a: no spend" in made.html


def test_a_part_without_a_row_had_none_of_what_adds_up() -> None:
    splits = {("attributed_mrr_linear", "channel"): {OCTOBER: {"Email": 9.0}, SEPTEMBER: {"Direct": 3.0}},
              ("attributed_mrr_last_touch", "channel"): {OCTOBER: {"Direct": 9.0}}}  # fmt: skip
    read = ByHand(splits, {"attributed_mrr_linear": {OCTOBER: 9.0, SEPTEMBER: 3.0}})
    made = compared.make(read.reading, Compared("channel", ("attributed_mrr_linear", "attributed_mrr_last_touch")))
    assert texts(made.html)[1:] == [
        ["Email", "9", "new", "0"],
        ["Direct", "0", f"{M}100.0{T}%", "9"],
        ["All", "9", f"+200.0{T}%", "n/a"],  # the last touch is not known without the split here
    ]


def test_amounts_on_both_sides_of_zero_change_in_dollars_and_less_is_better_where_it_is() -> None:
    lines = {OCTOBER: {"Sales": 427.0, "Research": -681.0}, SEPTEMBER: {"Sales": 597.0, "Research": -700.0}}
    read = ByHand({("spend_variance", "budget_line"): lines},
                  {"spend_variance": {OCTOBER: -254.0, SEPTEMBER: -103.0}})  # fmt: skip
    made = compared.make(read.reading, Compared("budget_line", ("spend_variance",)))
    assert made.title == "Spend against budget is highest for Sales: $427"
    assert texts(made.html) == [
        ["Budget line", "Spend against budget, $", "on September, $"],
        ["Sales", "427", f"{M}170"],
        ["Research", f"{M}681", "+19"],
        ["All", f"{M}254", f"{M}151"],
    ]
    assert f'pl-gain">{M}170' in made.html and 'pl-loss">+19' in made.html


def test_a_phone_leaves_out_what_stands_behind_the_second_metric() -> None:
    names = ("attributed_mrr_linear", "attributed_mrr_first_touch", "attributed_mrr_last_touch")
    splits = {(name, "channel"): {OCTOBER: {"Email": 1.0}} for name in names}
    made = compared.make(ByHand(splits).reading, Compared("channel", names))
    assert made.html.count("pl-extra") == 3, "a header, a row and the whole, of one metric"


def test_titles() -> None:
    features = [("alerts", 1.0, f"100.0{T}%"), ("ask", 1.0, f"100.0{T}%"), ("search", 0.5, f"50.0{T}%")]
    assert titles.leads("Feature adoption", "ratio", "up", features, "features") == (
        f"2 of 3 features lead with 100.0{T}% feature adoption"
    )
    nobody = [("No campaign", 9.0, "$9"), ("brand_search", 5.0, "$5")]
    assert titles.leads("New MRR, linear", "usd", "up", nobody, "campaigns") == (
        "brand_search leads with $5 of new MRR, linear"
    )
    assert titles.leads("Deals won", "count", "up", [("Ann", 0.0, "0")], "reps") == "No deals won in the month"
    assert titles.leads("Deals won", "count", "up", [], "reps") == "No deals won yet"
    assert titles.leads("Spend against budget", "usd", "down", [("HR", -5.0, f"{M}$5")], "lines") == (
        f"Spend against budget is highest for HR: {M}$5"
    )
