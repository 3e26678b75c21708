"""A company of 400 customers at a time, of whom it is known why they leave: those who use the product little."""

from __future__ import annotations

import numpy as np
import pandas as pd

SIZE, MONTHS, FIRST = 400, 30, (2024, 1)
MONTHLY_LOG_ODDS, EFFECT = -4.2, -1.1
"""Of a customer who comes as often as others; and per 5 days more."""


def chance(active_days: np.ndarray) -> np.ndarray:
    """The chance to leave within three months, where use stays as it is."""
    monthly = 1 / (1 + np.exp(-(MONTHLY_LOG_ODDS + EFFECT * (active_days - 15) / 5)))
    return np.asarray(1 - (1 - monthly) ** 3)


def customers(seed: int) -> pd.DataFrame:
    """One row per month and customer, as rollup.health_input_month has them; a place that is left is taken anew."""
    dice = np.random.default_rng(seed)
    rows = []
    for place in range(SIZE):
        number, use, since, life = 0, _use(dice), 0, []
        for month in range(MONTHS):
            life.append((month, f"c{place}-{number}", use, month - since))
            leaves = dice.random() < 1 - (1 - chance(np.array([use]))[0]) ** (1 / 3)
            if leaves or month == MONTHS - 1:
                rows += [(*row, leaves and row[0] + 3 > month) for row in life]
                number, use, since, life = number + 1, _use(dice), month + 1, []
    table = pd.DataFrame(rows, columns=["at", "customer_id", "active_days_count", "tenure_months", "has_left"])
    table["month"] = [month_of(at) for at in table["at"]]
    table["has_left"] = table["has_left"].astype(object).where(table["at"] + 3 < MONTHS, None)
    table["is_leaving"] = False
    for name, values in _noise(dice, len(table)).items():
        table[name] = values
    return table.drop(columns="at")


def month_of(at: int) -> pd.Timestamp:
    """The first day of the month with that number."""
    return pd.Timestamp(FIRST[0] + at // 12, FIRST[1] + at % 12, 1)


def _use(dice: np.random.Generator) -> float:
    return float(np.clip(dice.normal(15, 5), 0, 28))


def _noise(dice: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """What has nothing to do with leaving."""
    return {
        "active_days_change": dice.normal(0, 3, count).round(), "active_users_count": dice.poisson(3, count),
        "used_features_ratio": dice.random(count), "tickets_count": dice.poisson(0.3, count),
        "waiting_days": dice.poisson(0.2, count), "unhappy_count": dice.poisson(0.05, count),
        "failed_payments_count": dice.poisson(0.1, count), "past_due_ratio": (dice.random(count) < 0.01).astype(float),
        "mrr_change_ratio": dice.normal(0, 0.1, count), "discount_ratio": dice.choice([0, 0.1, 0.25], count),
        "renewal_days": dice.uniform(0, 92, count), "mrr_usd": dice.lognormal(4, 1, count),
    }  # fmt: skip
