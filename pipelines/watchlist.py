"""The daily series of mart_executive.kpi_daily: which are forecast, which are watched, and how people call them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from forecasting.anomalies import Watched
from forecasting.corrected_prophet import Recipe

FORECAST: tuple[Recipe, ...] = (
    Recipe("mrr_usd", horizon_days=365),
    Recipe("cash_usd", horizon_days=540, in_logs=False, monthly=True),
)
"""Cash reaches further, so that the end of the runway can be read off."""


@dataclass(frozen=True)
class Series:
    """A watched series in people's terms.

    Attributes:
        watched: what the detectors need to know of it.
        label: its name in a headline.
        unit: as in the metric files.
        better: which direction is good.
        source: where its events come from; when that source is late, its last days are not judged.
        owner: the department that looks after it.
    """

    watched: Watched
    label: str
    unit: Literal["usd", "count"]
    better: Literal["up", "down"]
    source: str
    owner: str


WATCHED: tuple[Series, ...] = (
    Series(Watched("mrr_usd", "level"), "MRR", "usd", "up", "stripe", "finance"),
    Series(Watched("new_customers", "count"), "New customers", "count", "up", "stripe", "sales"),
    Series(Watched("payments_count", "count"), "Card payments", "count", "up", "stripe", "finance"),
    Series(Watched("payments_failed", "count"), "Failed card payments", "count", "down", "stripe", "finance"),
    Series(Watched("payments_usd", "amount"), "Card payments received", "usd", "up", "stripe", "finance"),
    Series(Watched("signups", "count"), "Sign-ups", "count", "up", "production", "product"),
    Series(Watched("leads", "count"), "New leads", "count", "up", "salesforce", "marketing"),
)


def series_named(unique_id: str) -> Series | None:
    """The watched series of that name, if it is watched."""
    return next((series for series in WATCHED if series.watched.unique_id == unique_id), None)
