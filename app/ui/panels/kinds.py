"""Which function makes which kind of picture: one line for each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from app.dashboard import (
    Alerts,
    Breakdown,
    Bridge,
    Cohorts,
    Compared,
    Flow,
    KeptQuery,
    Lines,
    Listing,
    Measure,
    Measures,
    Movements,
    Ordered,
    Pictured,
    Ranked,
    Records,
    Runway,
    Saved,
    Steps,
    Trend,
    Words,
)
from app.elements import metrics_of
from app.ui.dimension_words import Where, heeded
from app.ui.panels import (
    alerts,
    breakdown,
    bridge,
    cohorts,
    compared,
    flow,
    kept_query,
    lines,
    listing,
    measures,
    movements,
    ordered,
    ranked,
    records,
    runway,
    saved,
    steps,
    trend,
    words,
)
from app.ui.panels.frame import Picture, guarded, with_events
from app.ui.reading import Reading
from app.ui.record_columns import LISTS

MAKERS: Mapping[type, Callable[[Reading, Any], Picture]] = {
    Alerts: alerts.make,
    Breakdown: breakdown.make,
    Bridge: bridge.make,
    Cohorts: cohorts.make,
    Compared: compared.make,
    Flow: flow.make,
    KeptQuery: kept_query.make,
    Lines: lines.make,
    Listing: listing.make,
    Measure: measures.make,
    Measures: measures.make_all,
    Movements: movements.make,
    Ordered: ordered.make,
    Ranked: ranked.make,
    Records: records.make,
    Runway: runway.make,
    Saved: saved.make,
    Steps: steps.make,
    Trend: trend.make,
    Words: words.make,
}
"""Panels that are pictures."""


def picture(reading: Reading, panel: Pictured) -> Picture:
    """What a panel shows, by its kind, or why it shows nothing.

    It heeds a filter of the page only where all that stands in it can: a part beside a whole would be compared.
    """
    named = metrics_of(panel)
    title = reading.metric(named[0]).label if named else type(panel).__name__
    left = (*reading.left_whole(named), *left_whole_by(panel, reading.where))
    own = replace(reading, where=tuple(pair for pair in reading.where if pair[0] not in left))
    made = with_events(own, guarded(own, lambda: MAKERS[type(panel)](own, panel), title))
    return replace(made, whole=tuple(dict.fromkeys((*made.whole, *left))))


def left_whole_by(panel: Pictured, where: Where) -> tuple[str, ...]:
    """The dimensions of filters that the rows of a list cannot heed; what somebody wrote in SQL heeds none."""
    if isinstance(panel, KeptQuery):
        return tuple(dict.fromkeys(dimension for dimension, _ in where))
    return heeded(where, LISTS[panel.mart].heeds)[1] if isinstance(panel, Records) else ()
