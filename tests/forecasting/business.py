"""Invented daily series of a business, seeded, whose truth the tests know."""

from __future__ import annotations

import numpy as np
import pandas as pd

WEEK = np.array([1.0, 1.1, 1.05, 1.0, 0.95, 0.35, 0.3])
DAYS = 1056  # 2024-01-01 to 2026-11-21


def table(values: np.ndarray, unique_id: str = "s", first: str = "2024-01-01") -> pd.DataFrame:
    days = pd.date_range(first, periods=len(values))
    return pd.DataFrame({"unique_id": unique_id, "ds": days, "y": values})


def counts(seed: int, base: float = 40, days: int = DAYS) -> np.ndarray:
    """Events a day: weekly rhythm, slow growth, more on the 1st, chance of a count and a little of its own."""
    dice = np.random.default_rng(seed)
    calendar = pd.date_range("2024-01-01", periods=days)
    rate = base * WEEK[calendar.day_of_week] * np.exp(np.arange(days) / 900) * np.where(calendar.is_month_start, 1.6, 1)
    return dice.poisson(rate * dice.lognormal(0, 0.08, days)).astype(float)


def mrr(seed: int, days: int = DAYS) -> np.ndarray:
    """A stock that grows in steps by about a third a year: deals on weekdays, renewals on the 1st."""
    dice = np.random.default_rng(seed)
    calendar = pd.date_range("2024-01-01", periods=days)
    quiet = np.where(calendar.day_of_week < 5, 1.0, 0.35)
    renewals = np.where(calendar.is_month_start, dice.normal(0, 0.006, days), 0)
    growth = dice.normal(0.0009, 0.0012, days) * quiet + renewals
    return np.asarray(450_000 * np.exp(np.cumsum(growth)))


def cash(seed: int, days: int = DAYS) -> np.ndarray:
    """A balance that is spent: customers pay daily, salaries leave twice a month, about 250,000 less a month."""
    dice = np.random.default_rng(seed)
    calendar = pd.date_range("2024-01-01", periods=days)
    paid = dice.lognormal(np.log(15_000), 0.4, days)
    salaries = np.where((calendar.day == 15) | calendar.is_month_end, 365_000, 0)
    return np.asarray(12_000_000 + np.cumsum(paid - salaries))
