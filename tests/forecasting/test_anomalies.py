"""Anomalies: causal, within a budget of false alarms, and able to see what is plainly wrong."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from forecasting.anomalies import MINIMUM_DAYS, Watched, detect, threshold
from forecasting.day_features import day_features
from forecasting.forecast import Skipped
from forecasting.history import one_series

from .business import DAYS, counts, mrr, table

COUNT = Watched("s", "count")
LEVEL = Watched("s", "level")
START = 903  # 2026-06-22, a Monday after no holiday
SINCE = date(2026, 6, 1)


def judged(values: np.ndarray, watched: Watched = COUNT, since: date | None = SINCE) -> pd.DataFrame:
    found = detect(table(values), watched, since=since)
    assert isinstance(found, pd.DataFrame)
    return found.set_index("ds")


@pytest.mark.parametrize("watched", [COUNT, LEVEL], ids=["count", "level"])
def test_later_days_change_no_earlier_score(watched: Watched) -> None:
    values = counts(3) if watched is COUNT else mrr(3)
    later = np.concatenate([values[:-40], values[-40:] * 5])
    before, after = judged(values[:-40], watched), judged(later, watched)
    pd.testing.assert_frame_equal(before, after.loc[: before.index[-1]])


def test_asking_for_the_last_days_only_gives_the_same() -> None:
    values = counts(4)
    values[1050] *= 4
    pd.testing.assert_frame_equal(judged(values, since=None).loc["2026-06-01":], judged(values))


def test_features_equal_a_slow_loop() -> None:
    """The day's distance, worked out with nothing but lists."""
    values = list(counts(5, days=400))
    logs = [float(np.log1p(value)) for value in values]
    start = pd.Timestamp("2024-01-01")
    distance = [None if i < 6 else logs[i] - sum(logs[i - 6 : i + 1]) / 7 for i in range(len(logs))]

    def seasonless(i: int) -> float | None:
        same = [distance[j] for j in range(i - 56, i, 7) if j >= 0 and distance[j] is not None]
        return logs[i] - float(np.median(same)) if len(same) >= 3 else None

    flat = [seasonless(i) for i in range(len(logs))]

    def rough(i: int) -> float | None:
        past = [flat[j] for j in range(max(i - 28, 0), i) if flat[j] is not None]
        return flat[i] - float(np.median(past)) if len(past) >= 14 and flat[i] is not None else None

    def on_first(i: int) -> float:
        day = start + pd.Timedelta(days=i)
        if not (day.is_month_start or day.is_month_end) or (day.month == 2 and day.is_month_end):
            return 0.0
        likes = [start + pd.Timedelta(days=j) for j in range(i)]
        past = [
            rough(j) for j, like in enumerate(likes)
            if like.day == day.day and like.is_month_end == day.is_month_end
        ]  # fmt: skip
        known = [value for value in past if value is not None]
        return float(np.median(known)) if len(known) >= 3 else 0.0

    day = 390  # 2025-01-25, an ordinary Saturday
    left = {i: rough(i) - on_first(i) for i in range(day - 90, day + 1)}  # type: ignore[operator]
    spread = 1.4826 * float(np.median([abs(left[i]) for i in range(day - 90, day)]))
    spread = max(spread, 1 / np.sqrt(np.mean(values[day - 28 : day]) + 1))
    found = day_features(one_series(table(np.array(values)), "s"), "count").iloc[day]
    assert found["z"] == pytest.approx(left[day] / spread)
    assert found["z3"] == pytest.approx(sum(left[i] for i in (388, 389, 390)) / 3 / spread * np.sqrt(3))
    assert np.log1p(found["expected"]) == pytest.approx(logs[day] - left[day])


@pytest.mark.parametrize(
    ("factor", "length"),
    [
        pytest.param(0.1, 1, id="a day breaks off", marks=pytest.mark.campaign),
        pytest.param(3.0, 1, id="a day is three times as high"),
        pytest.param(0.45, 3, id="three days at less than half", marks=pytest.mark.campaign),
        pytest.param(0.6, 14, id="a lower level from now on"),
    ],
)
def test_what_is_plainly_wrong_is_seen(factor: float, length: int) -> None:
    """At least three of four faults within a week of their start."""
    seen = 0
    for seed in range(4):
        values = counts(seed)
        begin = START + 9 * seed
        values[begin : begin + length] = np.round(values[begin : begin + length] * factor)
        days = judged(values)
        first = pd.Timestamp("2024-01-01") + pd.Timedelta(days=begin)
        seen += bool(days.loc[first : first + pd.Timedelta(days=6), "is_anomaly"].any())
    assert seen >= 3


def test_a_level_that_falls_at_once_is_seen_with_what_was_expected() -> None:
    values = mrr(2)
    values[START:] -= 40_000
    found = judged(values, LEVEL).loc["2026-06-22"]
    assert found["is_anomaly"]
    assert found["value"] == pytest.approx(values[START])
    assert found["lo"] < found["expected"] < found["hi"]
    assert found["expected"] == pytest.approx(values[START - 1], rel=0.01)
    assert found["value"] < found["lo"]


@pytest.mark.slow
def test_false_alarms_stay_near_the_budget() -> None:
    """0.1 a month is the aim; over four quiet series and more than a hundred months at most 0.25 are allowed."""
    alarms = months = 0.0
    for seed in range(10, 14):
        days = judged(counts(seed, base=60), since=None)
        alarms += float(days["is_anomaly"].sum())
        months += len(days) / 30.4
    assert months > 100
    assert alarms / months <= 0.25


def test_a_quiet_week_follows_an_alarm_and_gives_way_to_what_is_much_worse() -> None:
    values = counts(6, base=200)
    values[START : START + 2] = np.round(values[START : START + 2] * 0.4)
    mild = judged(values).loc["2026-06-22":"2026-06-25", "is_anomaly"]
    values[START + 3] = 0
    worse = judged(values).loc["2026-06-22":"2026-06-25", "is_anomaly"]
    assert list(mild) == [True, False, False, False]
    assert list(worse) == [True, False, False, True]


def test_holidays_are_allowed_for() -> None:
    """On Thanksgiving nobody works: the band is wider than on the Thursday before."""
    features = day_features(one_series(table(counts(7)), "s"), "count")
    thanksgiving, before = features.loc["2025-11-27"], features.loc["2025-11-20"]
    assert thanksgiving["hi"] - thanksgiving["lo"] > 1.5 * (before["hi"] - before["lo"])


def test_the_threshold_of_an_exponential_tail_is_where_its_rate_says() -> None:
    """Scores −ln(1−p): past 0.1 a month means once in 304 days, that is ln(304.375) = 5.72."""
    scores = -np.log(1 - (np.arange(5000) + 0.5) / 5000)
    assert threshold(scores) == pytest.approx(np.log(304.375), rel=0.01)


def test_too_short_a_history_is_refused_with_its_reason() -> None:
    found = detect(table(counts(1, days=MINIMUM_DAYS - 1)), COUNT)
    assert found == Skipped("s", f"too short: {MINIMUM_DAYS - 1} days of history, at least {MINIMUM_DAYS} are needed")


def test_the_shortest_history_is_judged() -> None:
    assert len(judged(counts(1, days=MINIMUM_DAYS + 31), since=None)) > 0
    assert DAYS > MINIMUM_DAYS
