"""Bands by what the forecast got wrong before, not by what the model believes of itself.

Prophet's own 80 % band covers about half of the outcomes. Here the forecast is made again at earlier origins, and
its errors there say how wide 50 and 80 % are (split conformal). Errors grow with the horizon; few origins cannot
say how at each single day, so one curve `h ** growth` is fitted and the errors are compared in its units.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

ORIGINS = 3
LEVELS = (0.5, 0.8)
GROWTH = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
NORMAL_QUANTILE = {0.5: 0.674, 0.8: 1.282}
SEASON_DAYS = 7
MONTH_DAYS = 30
NEAR_DAYS = 14
"""Errors of the first days are daily noise, not growth: the random walk's floor speaks for them."""


@dataclass(frozen=True)
class Backtest:
    """What the forecast got wrong at earlier origins.

    Attributes:
        errors: one row per origin, column h−1 the error h days ahead (truth − forecast); NaN past the history.
        naive_errors: the same of the seasonal naive.
        scale: the mean absolute error of the seasonal naive one step ahead, in sample: the unit of MASE.
    """

    errors: np.ndarray
    naive_errors: np.ndarray
    scale: float

    @property
    def mase_model(self) -> float:
        return float(np.nanmean(np.abs(self.errors)) / self.scale)

    @property
    def mase_naive(self) -> float:
        return float(np.nanmean(np.abs(self.naive_errors)) / self.scale)


class Maker(Protocol):
    """Makes a forecast: a history and a horizon in, as many floats as days ahead out."""

    def __call__(self, known: pd.Series, horizon: int, /) -> np.ndarray: ...


def seasonal_naive(values: pd.Series, horizon: int) -> np.ndarray:
    """Next week is as this week: the baseline that any model has to beat."""
    return np.resize(values.to_numpy()[-SEASON_DAYS:], horizon)


def backtest(values: pd.Series, make: Maker, *, shortest: int) -> Backtest:
    """Forecasts again from up to three earlier origins, evenly laid over the younger half of the history.

    Args:
        values: the history, at least `shortest` + 30 days.
        make: (history, horizon) → forecast.
        shortest: the least history an origin needs.
    """
    room = min(len(values) - shortest, len(values) // 2, 365)
    aheads = [round(room * share / ORIGINS) for share in range(ORIGINS, 0, -1)]
    errors = np.full((ORIGINS, aheads[0]), np.nan)
    naive_errors = errors.copy()
    for row, ahead in enumerate(aheads):
        known, truth = values.iloc[:-ahead], values.iloc[-ahead:].to_numpy()
        errors[row, :ahead] = truth - make(known, ahead)
        naive_errors[row, :ahead] = truth - seasonal_naive(known, ahead)
    steps = np.abs(values.to_numpy()[SEASON_DAYS:] - values.to_numpy()[:-SEASON_DAYS])
    return Backtest(errors, naive_errors, float(steps.mean()))


def half_widths(test: Backtest, values: pd.Series, horizon: int) -> dict[float, np.ndarray]:
    """Half the width of each band, by level, `horizon` values each, growing with the horizon.

    Never narrower than a random walk that moves as the series usually does from month to month, and a third wider
    than seen: three origins may have been lucky.
    """
    ahead = np.arange(1, test.errors.shape[1] + 1)
    growth = _growth(np.abs(test.errors), ahead)
    scores = (np.abs(test.errors) / ahead**growth)[:, NEAR_DAYS:]
    scores = scores[np.isfinite(scores)]
    days = np.arange(1, horizon + 1)
    monthly = values.to_numpy()[MONTH_DAYS:] - values.to_numpy()[:-MONTH_DAYS]
    step = _usual_spread(monthly) / np.sqrt(MONTH_DAYS)
    widths = {}
    for level in LEVELS:
        conformal = (1 + 1 / ORIGINS) * float(np.quantile(scores, level)) * days**growth
        widths[level] = np.maximum(conformal, NORMAL_QUANTILE[level] * step * np.sqrt(days))
    return widths


def _usual_spread(changes: np.ndarray) -> float:
    """The standard deviation of the usual changes (scaled median absolute deviation): the weeks in which a business
    moved onto its billing system must not set the doubt about the next year.
    """
    return float(1.4826 * np.median(np.abs(changes - np.median(changes))))


def _growth(errors: np.ndarray, ahead: np.ndarray) -> float:
    """The exponent in whose units the near and the far half of the errors are most alike."""
    half = len(ahead) // 2

    def difference(growth: float) -> float:
        scores = errors / ahead**growth
        near, far = np.nanmean(scores[:, :half]), np.nanmean(scores[:, half:])
        return abs(float(np.log((near + 1e-12) / (far + 1e-12))))

    return min(GROWTH, key=difference)
