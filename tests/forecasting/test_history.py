"""Histories: their one shape, and why some are not fit for use."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from app.errors import UsageError
from forecasting.history import one_series, reason_to_skip, without_one_offs

from .business import table


def test_one_series_is_taken_out_in_the_order_of_its_days() -> None:
    both = pd.concat([table(np.array([1.0, 2.0, 3.0])).iloc[::-1], table(np.array([9.0]), "other")])
    found = one_series(both, "s")
    assert list(found) == [1.0, 2.0, 3.0]
    assert found.index[0] == pd.Timestamp("2024-01-01")


def test_an_unknown_series_is_empty() -> None:
    assert one_series(table(np.array([1.0])), "nothing").empty


def test_a_missing_column_is_named() -> None:
    with pytest.raises(UsageError, match="lacks the column 'ds'"):
        one_series(table(np.array([1.0])).drop(columns="ds"), "s")


def test_a_day_that_comes_twice_is_named() -> None:
    twice = pd.concat([table(np.array([1.0, 2.0]))] * 2)
    with pytest.raises(UsageError, match="the day 2024-01-01 2 times"):
        one_series(twice, "s")


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        pytest.param([1.0, 2.0], "too short: 2 days of history, at least 3 are needed", id="too short"),
        pytest.param([1.0, float("nan"), 2.0], "it holds values that are no numbers", id="not a number"),
        pytest.param([4.0, 4.0, 4.0], "it never moves: every day is 4", id="never moves"),
        pytest.param([1.0, 2.0, 3.0], None, id="fit for use"),
    ],
)
def test_why_a_series_is_skipped(values: list[float], reason: str | None) -> None:
    assert reason_to_skip(one_series(table(np.array(values)), "s"), minimum_days=3) == reason


def test_what_happens_once_is_lifted_out_of_the_history() -> None:
    """A hundred days of −1, and +50 once: the days before are lifted by 50, the last ones stay."""
    values = 200.0 - np.arange(100.0)
    values[60:] += 50
    found = without_one_offs(one_series(table(values), "s"))
    assert list(np.round(np.diff(found.iloc[:60]), 9)) == [-1.0] * 59
    assert (found.iloc[0], found.iloc[59], found.iloc[60]) == (249, 190, 190)
    assert list(found.iloc[60:]) == list(values[60:])


def test_an_ordinary_history_is_left_alone() -> None:
    history = one_series(table(np.random.default_rng(1).normal(0, 1, 500).cumsum()), "s")
    assert without_one_offs(history).equals(history)


def test_missing_days_are_counted() -> None:
    gappy = table(np.arange(5.0)).drop(index=[1, 3])
    assert reason_to_skip(one_series(gappy, "s"), minimum_days=3) == "days are missing: 2 of 5"
