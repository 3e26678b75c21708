"""What is odd about a day, measured only from the days before it.

Detectors on raw values find 5 to 20 % of faults at a bearable rate of false alarms; on what is left after the
weekday, the day of the month and the trailing level are taken off, 76 to 86 %. Everything here is causal: the
features of a day never change when later days are appended.
"""

from __future__ import annotations

from typing import Literal

import holidays
import numpy as np
import pandas as pd

Kind = Literal["count", "amount", "level"]

LEVEL_DAYS = 28
WEEKDAYS_SEEN = 8
SPREAD_DAYS = 90
WARM_UP_DAYS = LEVEL_DAYS + SPREAD_DAYS
LINEAR_CHANGES = 3.0
"""Up to so many usual changes a level's change is measured as it is, beyond in logs."""
HOLIDAY_ALLOWANCE = 2.5
BAND_SPREADS = 2.0
FEATURES = ("z", "z3", "z7", "shift")


def day_features(series: pd.Series, kind: Kind) -> pd.DataFrame:
    """Measures each day against its past.

    Args:
        series: as of `history.one_series`, no day missing.
        kind: `count` (events a day), `amount` (money a day) or `level` (a stock; its daily change is measured).

    Returns:
        One row per day, same index: `value`, `expected`, `lo`, `hi` (about 19 in 20 days fall between) in the
        series' unit, and the features `z` (the day), `z3`, `z7` (mean of 3 and 7 days) and `shift` (the last
        week's median), each in spreads. NaN while warming up.
    """
    measured, unit = _measured(series, kind)
    seasonless, weekday = _without_weekday(measured)
    level = seasonless.shift(1).rolling(LEVEL_DAYS, min_periods=LEVEL_DAYS // 2).median()
    rough = seasonless - level
    monthday = _day_of_month_effect(rough)
    residual = rough - monthday
    centre = level + weekday + monthday
    spread = _spread(residual, series, kind)
    rows = pd.DataFrame({"value": series})
    rows["expected"], rows["lo"], rows["hi"] = (
        _unmeasured(centre + side * BAND_SPREADS * spread, series, unit, kind) for side in (0, -1, 1)
    )
    rows["z"] = residual / spread
    rows["z3"] = residual.rolling(3).mean() / spread * np.sqrt(3)
    rows["z7"] = residual.rolling(7).mean() / spread * np.sqrt(7)
    rows["shift"] = residual.rolling(7).median() / spread * np.sqrt(7) / 1.25
    warm = np.arange(len(series)) >= WARM_UP_DAYS
    return rows.where(pd.Series(warm, index=series.index), np.nan).assign(value=series)


def _measured(series: pd.Series, kind: Kind) -> tuple[pd.Series, pd.Series]:
    """Values on a scale where alike surprises are alike far, and the unit of that scale (levels only)."""
    if kind != "level":
        return _each(np.log1p, series.clip(lower=0)), pd.Series(1.0, index=series.index)
    change = series.diff()
    usual = change.abs().shift(1).rolling(SPREAD_DAYS, min_periods=LEVEL_DAYS).median()
    unit = LINEAR_CHANGES * usual.where(usual > 0).ffill()
    return _each(np.arcsinh, change / unit), unit


def _unmeasured(measured: pd.Series, series: pd.Series, unit: pd.Series, kind: Kind) -> pd.Series:
    if kind != "level":
        return _each(np.expm1, measured).clip(lower=0)
    return series.shift(1) + _each(np.sinh, measured) * unit


def _each(function: np.ufunc, values: pd.Series) -> pd.Series:
    return pd.Series(function(values.to_numpy()), index=values.index)


def _without_weekday(measured: pd.Series) -> tuple[pd.Series, pd.Series]:
    """The series less its weekday's usual distance from the week's mean, and that distance."""
    distance = measured - measured.rolling(7).mean()
    weekdays = pd.Series(pd.DatetimeIndex(measured.index).day_of_week, index=measured.index)
    usual = distance.groupby(weekdays).transform(
        lambda days: days.shift(1).rolling(WEEKDAYS_SEEN, min_periods=3).median()
    )
    return measured - usual, usual


def _day_of_month_effect(rough: pd.Series) -> pd.Series:
    """What the first and the last day of a month usually bring beyond the level; 0 on other days.

    The last of a month of 30 days is a kind of its own: what is due on the 31st elsewhere is due then.
    """
    days = pd.DatetimeIndex(rough.index)
    effect = pd.Series(0.0, index=rough.index)
    for such in (days.is_month_start, days.is_month_end & (days.day == 30), days.is_month_end & (days.day == 31)):
        usual = rough[such].shift(1).expanding(min_periods=3).median()
        effect[such] = usual.fillna(0.0)
    return effect


def _spread(residual: pd.Series, series: pd.Series, kind: Kind) -> pd.Series:
    """The usual size of a residual: robust, never below what chance alone gives a count, wider on holidays."""
    usual = 1.4826 * residual.abs().shift(1).rolling(SPREAD_DAYS, min_periods=LEVEL_DAYS).median()
    if kind == "count":
        trailing = series.shift(1).rolling(LEVEL_DAYS, min_periods=LEVEL_DAYS // 2).mean()
        usual = np.maximum(usual, 1 / np.sqrt(trailing + 1))
    usual = usual.clip(lower=0.02)
    return usual * np.where(_is_holiday(pd.DatetimeIndex(series.index)), HOLIDAY_ALLOWANCE, 1.0)


def _is_holiday(days: pd.DatetimeIndex) -> np.ndarray:
    """Public holidays of the United States, the day after each, the last week of the year, and the end of February
    (what is due on the 29th, 30th and 31st of other months comes at once; too rare to learn from).
    """
    years = range(days[0].year, days[-1].year + 1)
    off = holidays.country_holidays("US", years=years)
    last_week = (days.month == 12) & (days.day >= 24)
    near = [day.date() in off or (day - pd.Timedelta(days=1)).date() in off for day in days]
    return np.asarray(near) | last_week | (days.is_month_end & (days.month == 2))
