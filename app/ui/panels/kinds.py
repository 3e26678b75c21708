"""Which function draws which kind of panel: one line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.dashboard import (
    Alerts,
    BoardPacks,
    Breakdown,
    Bridge,
    Cohorts,
    Compared,
    Filing,
    Flow,
    Glossary,
    Lines,
    Listing,
    Movements,
    Ordered,
    Quarrel,
    Ranked,
    Records,
    Runway,
    SourceDesk,
    Steps,
    Trend,
)
from app.ui.panels import (
    alerts,
    board,
    breakdown,
    bridge,
    cohorts,
    compared,
    filing,
    flow,
    glossary,
    lines,
    listing,
    movements,
    ordered,
    quarrel,
    ranked,
    records,
    runway,
    source_desk,
    steps,
    trend,
)
from app.ui.panels.frame import Picture
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
DESKS: Mapping[type, Callable[[Reading, str], None]] = {
    BoardPacks: board.draw,
    Filing: filing.draw,
    Glossary: glossary.draw,
    Quarrel: quarrel.draw,
    SourceDesk: source_desk.draw,
}
"""Panels with something to do in them, which draw themselves and fill a row."""
