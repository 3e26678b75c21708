"""Which function makes which kind of picture: one line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.dashboard import (
    Alerts,
    Breakdown,
    Bridge,
    Cohorts,
    Compared,
    Flow,
    Lines,
    Listing,
    Movements,
    Ordered,
    Pictured,
    Ranked,
    Records,
    Runway,
    Steps,
    Trend,
)
from app.elements import metrics_of
from app.ui.panels import (
    alerts,
    breakdown,
    bridge,
    cohorts,
    compared,
    flow,
    lines,
    listing,
    movements,
    ordered,
    ranked,
    records,
    runway,
    steps,
    trend,
)
from app.ui.panels.frame import Picture, guarded
from app.ui.reading import Reading

MAKERS: Mapping[type, Callable[[Reading, Any], Picture]] = {
    Alerts: alerts.make,
    Breakdown: breakdown.make,
    Bridge: bridge.make,
    Cohorts: cohorts.make,
    Compared: compared.make,
    Flow: flow.make,
    Lines: lines.make,
    Listing: listing.make,
    Movements: movements.make,
    Ordered: ordered.make,
    Ranked: ranked.make,
    Records: records.make,
    Runway: runway.make,
    Steps: steps.make,
    Trend: trend.make,
}
"""Panels that are pictures."""


def picture(reading: Reading, panel: Pictured) -> Picture:
    """What a panel shows, by its kind, or why it shows nothing."""
    named = metrics_of(panel)
    title = reading.metric(named[0]).label if named else type(panel).__name__
    return guarded(reading, lambda: MAKERS[type(panel)](reading, panel), title)
