"""A history in, a forecast with bands out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from forecasting import bands
from forecasting.corrected_prophet import DAYS_FOR_A_YEAR, MINIMUM_DAYS, Recipe, centre, works_in_logs
from forecasting.history import one_series, reason_to_skip, without_one_offs

SHORTEST_HISTORY = 2 * MINIMUM_DAYS


@dataclass(frozen=True)
class Forecast:
    """A forecast of one series.

    Attributes:
        values: columns `unique_id, ds, yhat, lo50, hi50, lo80, hi80`, one row per day, in the series' unit.
        history_start: first day that was looked at.
        history_end: last day that was looked at.
        mase_model: error at earlier origins, in units of the seasonal naive's one-week step.
        mase_naive: the same of the seasonal naive; the model earns its keep when it is below.
    """

    values: pd.DataFrame
    history_start: pd.Timestamp
    history_end: pd.Timestamp
    mase_model: float
    mase_naive: float


@dataclass(frozen=True)
class Skipped:
    """A series that was not forecast, and why."""

    unique_id: str
    reason: str


def forecast(table: pd.DataFrame, recipe: Recipe) -> Forecast | Skipped:
    """Forecasts one series of the table.

    Args:
        table: columns `unique_id, ds, y`; complete days only.
        recipe: which series, how far, on which scale.

    Returns:
        The forecast; or why the history is not fit for one (too short, days missing, never moves).

    Raises:
        UsageError: the table has not the shape `unique_id, ds, y`.
    """
    series = one_series(table, recipe.unique_id)
    reason = reason_to_skip(series, minimum_days=SHORTEST_HISTORY)
    if reason is not None:
        return Skipped(recipe.unique_id, reason)
    in_logs = works_in_logs(series, recipe)
    scaled = without_one_offs(pd.Series(np.log(series.to_numpy()), index=series.index) if in_logs else series)

    make, test = _champion(scaled, recipe)
    middle = make(scaled, recipe.horizon_days)
    widths = bands.half_widths(test, scaled, recipe.horizon_days)
    values = _rows(series, recipe, middle, widths, in_logs=in_logs)
    return Forecast(values, series.index[0], series.index[-1], test.mase_model, test.mase_naive)


def _champion(scaled: pd.Series, recipe: Recipe) -> tuple[bands.Maker, bands.Backtest]:
    """With or without a season of the year, whichever was less wrong at earlier origins; without, where both are too
    young for it.
    """
    yearly = (False, True) if len(scaled) >= DAYS_FOR_A_YEAR else (False,)
    makers = [partial(centre, monthly=recipe.monthly, yearly=each) for each in yearly]
    tested = [(make, bands.backtest(scaled, make, shortest=MINIMUM_DAYS)) for make in makers]
    return min(tested, key=lambda each: each[1].mase_model)


def _rows(
    series: pd.Series, recipe: Recipe, middle: np.ndarray, widths: dict[float, np.ndarray], *, in_logs: bool
) -> pd.DataFrame:
    """The forecast back on the series' own scale."""
    back = np.exp if in_logs else np.asarray
    days = pd.date_range(series.index[-1], periods=recipe.horizon_days + 1)[1:]
    rows: dict[str, object] = {"unique_id": recipe.unique_id, "ds": days, "yhat": back(middle)}
    for level, width in widths.items():
        rows[f"lo{level * 100:.0f}"] = back(middle - width)
        rows[f"hi{level * 100:.0f}"] = back(middle + width)
    return pd.DataFrame(rows)
