"""The one table shape of this room, and which histories are fit for use."""

from __future__ import annotations

import numpy as np
import pandas as pd

from app.errors import UsageError

COLUMNS = ("unique_id", "ds", "y")
ONE_OFF = 5.0


def one_series(table: pd.DataFrame, unique_id: str) -> pd.Series:
    """The values of one series, in the order of its days.

    Args:
        table: columns `unique_id, ds, y`, any order of rows, more series allowed.
        unique_id: the series wanted.

    Returns:
        Floats named `y` over a `DatetimeIndex` of days, ascending; empty when the table has no such series.
        A missing day stays missing (see `reason_to_skip`).

    Raises:
        UsageError: a column is missing, or a day comes twice.
    """
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise UsageError(
            f"A table of series lacks the column {missing[0]!r}: found {list(table.columns)}, expected "
            f"{list(COLUMNS)}. Give one row per series and day."
        )
    rows = table.loc[table["unique_id"] == unique_id, ["ds", "y"]]
    days = pd.DatetimeIndex(pd.to_datetime(rows["ds"])).as_unit("ns")
    series = pd.Series(rows["y"].astype(float).to_numpy(), index=days, name="y").sort_index()
    twice = series.index[series.index.duplicated()]
    if len(twice):
        raise UsageError(
            f"The series {unique_id!r} has the day {twice[0].date()} {1 + int((twice == twice[0]).sum())} times. "
            "Expected one row per day; remove the duplicates."
        )
    return series


def without_one_offs(series: pd.Series) -> pd.Series:
    """The history as if what happens once had always been there, so that it is neither a trend nor a risk.

    A funding round lifts cash in a day by many times what any other day moves it; the days before are lifted by the
    same amount. The last value, where a forecast begins, stays.

    Args:
        series: a history without gaps, in the scale it is forecast in.

    Returns:
        The same days; the same values where no change is beyond `ONE_OFF` times the 99th percentile of all.
    """
    change = np.diff(series.to_numpy())
    size = np.abs(change)
    once = np.where(size > ONE_OFF * np.quantile(size, 0.99), change, 0.0)
    still_to_come = np.append(np.cumsum(once[::-1])[::-1], 0.0)
    moved: pd.Series[float] = series + still_to_come
    return moved


def reason_to_skip(series: pd.Series, *, minimum_days: int) -> str | None:
    """Why a series cannot be worked with, in words; None when it can."""
    if len(series) < minimum_days:
        return f"too short: {len(series)} days of history, at least {minimum_days} are needed"
    expected = (series.index[-1] - series.index[0]).days + 1
    if expected != len(series):
        return f"days are missing: {expected - len(series)} of {expected}"
    if not bool(np.isfinite(series.to_numpy()).all()):
        return "it holds values that are no numbers"
    if series.nunique() == 1:
        return f"it never moves: every day is {series.iloc[0]:g}"
    return None
