"""Forecasts: plausible, honest about what they do not know, the same each time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from forecasting.bands import backtest, half_widths, seasonal_naive
from forecasting.corrected_prophet import Recipe, centre, smoothed_level
from forecasting.forecast import SHORTEST_HISTORY, Forecast, Skipped, forecast

from .business import DAYS, cash, mrr, table

MRR = Recipe("s", 365)
CASH = Recipe("s", 540, in_logs=False, monthly=True)


@pytest.fixture(scope="module")
def of_mrr() -> Forecast:
    found = forecast(table(mrr(1)), MRR)
    assert isinstance(found, Forecast)
    return found


@pytest.fixture(scope="module")
def of_cash() -> Forecast:
    found = forecast(table(cash(1)), CASH)
    assert isinstance(found, Forecast)
    return found


def test_it_begins_the_day_after_the_history_and_is_as_long_as_asked(of_mrr: Forecast) -> None:
    assert list(of_mrr.values.columns) == ["unique_id", "ds", "yhat", "lo50", "hi50", "lo80", "hi80"]
    assert (len(of_mrr.values), of_mrr.values["ds"].iloc[0]) == (365, pd.Timestamp("2026-11-22"))
    assert of_mrr.history_end == pd.Timestamp("2026-11-21")


@pytest.mark.parametrize("name", ["of_mrr", "of_cash"])
def test_bands_lie_in_each_other_and_widen(name: str, request: pytest.FixtureRequest) -> None:
    values = request.getfixturevalue(name).values
    order = values[["lo80", "lo50", "yhat", "hi50", "hi80"]].to_numpy()
    assert (np.diff(order, axis=1) > 0).all()
    assert (np.diff(values["hi80"] - values["lo80"]) > 0).all() or name == "of_mrr"
    relative = np.log(values["hi80"] / values["lo80"]) if name == "of_mrr" else values["hi80"] - values["lo80"]
    assert (np.diff(relative) > 0).all()


def test_it_starts_where_the_series_is(of_mrr: Forecast) -> None:
    last = mrr(1)[-1]
    assert of_mrr.values["yhat"].iloc[0] == pytest.approx(last, rel=0.01)


def test_next_year_grows_about_as_the_last_one_did(of_mrr: Forecast) -> None:
    history = mrr(1)
    last_year = history[-1] / history[-366]
    next_year = of_mrr.values["yhat"].iloc[-1] / history[-1]
    assert 1 < next_year < last_year**1.6
    assert next_year > last_year**0.5


def test_cash_that_is_spent_runs_out(of_cash: Forecast) -> None:
    """About 12.0M less 35 months at 250,000 is some 3.4M, gone within 14 months more; logs would never reach 0."""
    assert of_cash.values["yhat"].iloc[0] > 0
    assert of_cash.values["yhat"].iloc[-1] < 0


def test_the_model_beats_the_naive_at_earlier_origins(of_mrr: Forecast, of_cash: Forecast) -> None:
    assert of_mrr.mase_model < of_mrr.mase_naive
    assert of_cash.mase_model < of_cash.mase_naive


def test_a_funding_round_is_neither_trend_nor_risk() -> None:
    """Twelve million on one day two years ago: the forecast is that of the company that always had them."""
    with_round = cash(1)
    with_round[:400] -= 12_000_000
    found, plain = forecast(table(with_round), CASH), forecast(table(cash(1)), CASH)
    assert isinstance(found, Forecast)
    assert isinstance(plain, Forecast)
    end, width = plain.values["yhat"].iloc[-1], plain.values["hi80"].iloc[-1] - plain.values["lo80"].iloc[-1]
    assert found.values["yhat"].iloc[-1] == pytest.approx(end, abs=width / 4)
    assert found.values["hi80"].iloc[-1] - found.values["lo80"].iloc[-1] == pytest.approx(width, rel=0.25)


def test_the_same_history_gives_the_same_forecast(of_mrr: Forecast) -> None:
    again = forecast(table(mrr(1)), MRR)
    assert isinstance(again, Forecast)
    pd.testing.assert_frame_equal(again.values, of_mrr.values)


def test_too_short_a_history_is_refused_with_its_reason() -> None:
    found = forecast(table(mrr(1, SHORTEST_HISTORY - 1)), MRR)
    assert found == Skipped("s", "too short: 239 days of history, at least 240 are needed")


def test_the_shortest_history_will_do() -> None:
    assert isinstance(forecast(table(mrr(1, SHORTEST_HISTORY)), MRR), Forecast)


def test_values_that_are_not_above_zero_are_forecast_as_they_are() -> None:
    found = forecast(table(mrr(1) - mrr(1).mean()), MRR)
    assert isinstance(found, Forecast)
    assert bool(np.isfinite(found.values.drop(columns=["unique_id", "ds"]).to_numpy()).all())


def test_a_straight_line_goes_on() -> None:
    days = pd.date_range("2024-01-01", periods=400)
    line = pd.Series(np.arange(400.0), index=days)
    assert centre(line, 100)[-1] == pytest.approx(499, abs=5)


@pytest.mark.parametrize(
    ("residuals", "level"),
    [
        pytest.param([0.0, 0.0, 0.0, 0.0], 0.0, id="nothing left over"),
        pytest.param([0.0, 1.0, 1.0, 1.0], 1.0, id="a step is followed at once"),
        pytest.param([1.0, -1.0] * 50, 0.0, id="noise is smoothed away"),
    ],
)
def test_the_level_of_what_is_left_over(residuals: list[float], level: float) -> None:
    assert smoothed_level(np.array(residuals)) == pytest.approx(level, abs=0.15)


def test_seasonal_naive_repeats_the_last_week() -> None:
    week = pd.Series(np.arange(10.0), index=pd.date_range("2024-01-01", periods=10))
    assert list(seasonal_naive(week, 9)) == [3, 4, 5, 6, 7, 8, 9, 3, 4]


def test_the_backtest_counts_its_errors_from_each_origin() -> None:
    """Forecasting "as today" on a line that gains 1 a day is wrong by exactly h, h days ahead."""
    line = pd.Series(np.arange(400.0), index=pd.date_range("2024-01-01", periods=400))
    found = backtest(line, lambda known, horizon: np.full(horizon, known.iloc[-1]), shortest=100)
    assert found.errors.shape == (3, 200)
    assert list(found.errors[0, :4]) == [1, 2, 3, 4]
    assert np.isnan(found.errors[2, 67:]).all()
    assert found.scale == 7
    widths = half_widths(found, line, 365)
    assert widths[0.8][99] == pytest.approx(100 * 4 / 3)
    assert widths[0.5][99] == pytest.approx(100 * 4 / 3)


@pytest.mark.slow
def test_bands_hold_about_what_they_say() -> None:
    """Five series, a year ahead each: the 80 % band holds most of the days, the 50 % band fewer."""
    held = {50: [], 80: []}
    for seed in range(5):
        values = mrr(seed, DAYS + 365)
        found = forecast(table(values[:DAYS]), MRR)
        assert isinstance(found, Forecast)
        for level, shares in held.items():
            inside = (values[DAYS:] >= found.values[f"lo{level}"]) & (values[DAYS:] <= found.values[f"hi{level}"])
            shares.append(float(inside.mean()))
    assert 0.65 <= np.mean(held[80]) <= 1
    assert 0.35 <= np.mean(held[50]) <= 0.9
