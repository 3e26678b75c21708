"""Exchange rates of business days: a slow random walk that is pulled back to its mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from pipelines.sandbox.company.dice import dice
from pipelines.sandbox.company.truth import RATE_UNIT, Rates

FIRST = date(2023, 12, 1)
_MEAN = {"eur": (1.095, 6), "gbp": (1.275, 6), "jpy": (0.00672, 8)}


def walk(seed: int, last: date) -> Rates:
    """All currencies from the first business day to `last`; the dollar is always 1."""
    days = [FIRST + timedelta(days=n) for n in range((last - FIRST).days + 1)]
    business = [day for day in days if day.weekday() < 5]
    values: dict[str, Sequence[int]] = {"usd": [RATE_UNIT] * len(business)}
    for currency, (mean, decimals) in _MEAN.items():
        shocks = dice(seed, "rate", currency).standard_normal(len(business))
        level, path = 0.0, []
        for shock in shocks:
            level = 0.996 * level + 0.0042 * float(shock)
            path.append(round(mean * (1 + level), decimals))
        values[currency] = [round(rate * RATE_UNIT) for rate in path]
    return Rates(dict.fromkeys(values, business), values)
