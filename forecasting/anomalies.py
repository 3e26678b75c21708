"""Which days are odd enough to tell somebody.

A rule (how many spreads off) is multiplied by how rare PyOD's ECOD and KNN find the day's features, and the
product is held against a threshold made from the series' own history, so that about one false alarm comes in ten
months. For the days of a month the detectors and the threshold are those of the first of that month: fitted on the
days before and then frozen. ECOD forms its distribution from the batch it is given, so each day is scored alone;
hence no later day changes the score of an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from forecasting.day_features import FEATURES, WARM_UP_DAYS, Kind, day_features
from forecasting.forecast import Skipped
from forecasting.history import one_series, reason_to_skip

MODEL_VERSION = "rule x (ecod+knn) 1"
FALSE_ALARMS_A_MONTH = 0.1
DAYS_A_MONTH = 30.4375
TRAINING_DAYS = 365
LEAST_TRAINING_DAYS = 60
LEAST_SCORES = 60
LEAST_SPREADS = 3.0
QUIET_DAYS = 7
ESCALATION = 1.5
MINIMUM_DAYS = WARM_UP_DAYS + LEAST_TRAINING_DAYS + LEAST_SCORES + 31


@dataclass(frozen=True)
class Watched:
    """A series that is watched, and what a day of it is."""

    unique_id: str
    kind: Kind


def detect(table: pd.DataFrame, watched: Watched, *, since: date | None = None) -> pd.DataFrame | Skipped:
    """Scores each day of a series against the days before it.

    Args:
        table: columns `unique_id, ds, y`; complete days only: half a day looks like a collapse.
        watched: the series.
        since: first day wanted; all days that can be scored where none is given. The scores are the same.

    Returns:
        One row per scored day, ascending: `unique_id, ds, value, expected, lo, hi, score, is_anomaly`. A score of 1
        is the threshold. Days before the first threshold are left out. Or why the history is not fit.

    Raises:
        UsageError: the table has not the shape `unique_id, ds, y`.
    """
    series = one_series(table, watched.unique_id)
    reason = reason_to_skip(series, minimum_days=MINIMUM_DAYS)
    if reason is not None:
        return Skipped(watched.unique_id, reason)
    rows = day_features(series, watched.kind)
    rows["score"] = _relative_scores(rows, pd.Timestamp(since) if since else None)
    rows = rows[rows["score"].notna()].copy()
    rows["is_anomaly"] = _alarms(rows)
    rows = rows[rows.index >= pd.Timestamp(since)] if since else rows
    rows = rows.rename_axis("ds").reset_index()
    rows.insert(0, "unique_id", watched.unique_id)
    return rows[["unique_id", "ds", "value", "expected", "lo", "hi", "score", "is_anomaly"]]


def threshold(scores: np.ndarray) -> float:
    """The score that chance passes `FALSE_ALARMS_A_MONTH` times a month.

    The tail above the 90th percentile is taken as exponential and read off at the wanted rate. Its slope comes from
    the median excess, so that the true anomalies of the past hardly lift it.
    """
    start = float(np.quantile(scores, 0.9))
    slope = float(np.median(scores[scores >= start] - start)) / np.log(2)
    return float(start + slope * np.log(0.1 / (FALSE_ALARMS_A_MONTH / DAYS_A_MONTH)))


def _relative_scores(rows: pd.DataFrame, since: pd.Timestamp | None) -> pd.Series:
    """Score ÷ threshold, month by month, each month by what was known on its first day.

    Months that can bear neither on the wanted days' thresholds nor on their quiet weeks are passed over.
    """
    months = pd.DatetimeIndex(rows.index).to_period("M")
    features = rows[list(FEATURES)]
    scores = pd.Series(np.nan, index=rows.index)
    relative = scores.copy()
    first = (since - pd.Timedelta(days=TRAINING_DAYS + 93)).to_period("M") if since is not None else months[0]
    for month in months.unique()[months.unique() >= first]:
        known = features[months < month].dropna().tail(TRAINING_DAYS)
        days = features[months == month].dropna()
        if len(known) < LEAST_TRAINING_DAYS or days.empty:
            continue
        past = scores[months < month].dropna().tail(TRAINING_DAYS).to_numpy()
        scores[days.index] = _scores(known.to_numpy(), days.to_numpy())
        if len(past) >= LEAST_SCORES:
            relative[days.index] = scores[days.index] / threshold(past)
    return relative


def _scores(known: np.ndarray, days: np.ndarray) -> np.ndarray:
    """Largest distance in spreads × rarity by ECOD and KNN, the latter in units of their own 95th percentile."""
    from pyod.models.ecod import ECOD
    from pyod.models.knn import KNN

    ecod, knn = ECOD().fit(known), KNN(n_neighbors=10).fit(known)
    alone = np.array([ecod.decision_function(day.reshape(1, -1))[-1] for day in days])
    near = knn.decision_function(days)  # looks at no other new day
    rarity = (alone / np.quantile(ecod.decision_scores_, 0.95) + near / np.quantile(knn.decision_scores_, 0.95)) / 2
    return np.asarray(np.abs(days).max(axis=1) * rarity, dtype=float)


def _alarms(rows: pd.DataFrame) -> list[bool]:
    """Days past the threshold; in the quiet week after an alarm only what is much worse."""
    alarms: list[bool] = []
    last_day, last_score = pd.Timestamp.min, 0.0
    for day, row in rows.iterrows():
        stamp = pd.Timestamp(str(day))
        far = float(row[list(FEATURES)].abs().max()) >= LEAST_SPREADS
        quiet = stamp - last_day <= pd.Timedelta(days=QUIET_DAYS) if last_score else False
        alarm = far and row["score"] >= (max(1.0, ESCALATION * last_score) if quiet else 1.0)
        if alarm:
            last_day, last_score = stamp, float(row["score"])
        alarms.append(bool(alarm))
    return alarms
