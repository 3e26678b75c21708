"""Numbers, dates and ages as people read them; expected texts written by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.ui import format as f

T = "\u2009"
M = "\u2212"
NOW = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(12_113_784, "$12.11M", id="millions have two decimals"),
        pytest.param(999_499, "$999.5K", id="just below a million stays in thousands"),
        pytest.param(999_500, "$1.00M", id="what would round to 1000K is a million"),
        pytest.param(20_764, "$20.8K", id="thousands have one decimal"),
        pytest.param(9_999, "$9,999", id="four digits are written out"),
        pytest.param(-27_060, f"{M}$27.1K", id="the minus stands before the dollar"),
        pytest.param(0, "$0", id="nothing"),
        pytest.param(1_500_000_000, "$1.50B", id="billions"),
    ],
)
def test_money_is_short_in_sentences(value: float, expected: str) -> None:
    assert f.money(value) == expected


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        pytest.param(1234.5, 1, "1,234.5", id="thousands are set apart"),
        pytest.param(-586, 0, f"{M}586", id="a true minus"),
        pytest.param(-0.004, 2, "0.00", id="never minus nothing"),
    ],
)
def test_numbers(value: float, decimals: int, expected: str) -> None:
    assert f.number(value, decimals) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param(24_310, "+24,310", id="a plus for more"),
        pytest.param(-8_120, f"{M}8,120", id="a minus for less"),
        pytest.param(0.2, "0", id="no sign for what prints as nothing"),
    ],
)
def test_changes_carry_their_sign(value: float, expected: str) -> None:
    assert f.signed(value) == expected


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        pytest.param(12_113_784, "usd", "$12.11M", id="money"),
        pytest.param(0.1046, "ratio", f"10.5{T}%", id="a ratio of ten per cent has one decimal"),
        pytest.param(0.0274, "ratio", f"2.74{T}%", id="a small ratio has two"),
        pytest.param(4380, "count", "4,380", id="a count"),
        pytest.param(4.3116, "times", "4.31\u00d7", id="times"),
        pytest.param(27.19, "months", f"27.2{T}months", id="months"),
    ],
)
def test_a_tiles_value_has_its_unit(value: float, unit: str, expected: str) -> None:
    assert str(f.figure(value, unit)) == expected


@pytest.mark.parametrize(
    ("now", "before", "unit", "expected"),
    [
        pytest.param(102.1, 100, "usd", f"+2.1{T}%", id="money changes in per cent"),
        pytest.param(-50, -100, "usd", "+$50", id="less of a loss in dollars: it is no rate"),
        pytest.param(-2_000, 81_000, "usd", f"{M}$83.0K", id="over zero in dollars, too"),
        pytest.param(4.31, 4.4, "times", f"{M}0.09\u00d7", id="times by number"),
        pytest.param(5, 0, "usd", "+$5", id="from nothing there is no per cent"),
        pytest.param(1.046, 1.043, "ratio", f"+0.3{T}pt", id="ratios change in points"),
        pytest.param(0.0274, 0.0291, "ratio", f"{M}0.17{T}pt", id="small ratios in finer points"),
        pytest.param(4380, 4331, "count", "+49", id="counts by number"),
        pytest.param(27.2, 28.1, "months", f"{M}0.9{T}months", id="months by number"),
    ],
)
def test_a_change_is_said_in_the_metrics_own_way(now: float, before: float, unit: str, expected: str) -> None:
    assert f.change(now, before, unit) == expected


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        pytest.param(timedelta(seconds=59), "just now", id="under a minute"),
        pytest.param(timedelta(minutes=8), f"8{T}min ago", id="minutes"),
        pytest.param(timedelta(hours=3, minutes=10), f"3{T}h 10{T}min ago", id="hours and minutes"),
        pytest.param(timedelta(hours=2), f"2{T}h ago", id="whole hours"),
        pytest.param(timedelta(hours=25), "1 day ago", id="one day"),
        pytest.param(timedelta(days=4, hours=5), "4 days ago", id="days"),
        pytest.param(timedelta(minutes=-5), "just now", id="a clock that runs ahead"),
    ],
)
def test_ages(passed: timedelta, expected: str) -> None:
    assert f.age(NOW - passed, NOW) == expected


def test_what_the_warehouse_gives_without_a_zone_is_utc() -> None:
    assert f.age(datetime(2026, 11, 22, 16, 52), NOW) == f"8{T}min ago"


def test_times_are_told_in_the_reporting_zone() -> None:
    assert f.clock_time(datetime(2026, 11, 22, 11, tzinfo=UTC), ZoneInfo("America/New_York")) == "22 Nov 2026, 06:00"
    assert f.clock_time(datetime(2026, 7, 1, 3, tzinfo=UTC), ZoneInfo("America/New_York")) == "30 Jun 2026, 23:00"


def test_dates() -> None:
    day = date(2026, 10, 31)
    assert (f.day(day), f.short_date(day), f.long_day(day)) == ("31 Oct", "31 Oct 2026", "31 October 2026")
    assert (f.month_name(day), f.month_year(day)) == ("October", "October 2026")


@pytest.mark.parametrize(
    ("things", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a and b"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_in_words(things: list[str], expected: str) -> None:
    assert f.words(things) == expected


@pytest.mark.parametrize(("duration", "expected"), [(0.42, f"0.4{T}s"), (12.2, f"12{T}s"), (185, f"3{T}min 5{T}s")])
def test_durations(duration: float, expected: str) -> None:
    assert f.seconds(duration) == expected
