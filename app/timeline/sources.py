"""Events that the warehouse knows without anybody entering them: campaigns, changed prices, changed definitions. Pure.

Each is told to whom may read what it is made of. Outages are in no source that is loaded: people enter them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.counting import counted
from app.metrics import Metric
from app.timeline.event import Event

CAMPAIGNS, PRICES = "mart_marketing.campaign_events", "mart_finance.price_events"
MARTS = (CAMPAIGNS, PRICES)
NEWEST = {CAMPAIGNS: "-first_day", PRICES: "-change_day"}
MOST = 500
"""So many events of a source are read, the newest; more would not be legible anywhere."""
HIDES = {"campaigns": ("executive", "marketing"), "prices": ("executive", "finance")}
"""The roles that may hide what a source tells; of a definition, its owner's and the executive's."""


@dataclass(frozen=True)
class Hidden:
    """That an event of a source is hidden or was brought back: by whom and why."""

    is_hidden: bool
    reason: str
    by: str
    version: int


def campaigns(rows: Sequence[Mapping[str, Any]]) -> list[Event]:
    """One event per campaign, over its days; one that still runs has no last day."""
    made = []
    for row in rows:
        key = f"campaign {row['platform']} {row['campaign_id']}"
        first, last = _day(row["first_day"]), _day(row["last_day"])
        span = "from its first to its last" if row["is_over"] else "since its first"
        words = f"{row['channel']}, {span} day that cost something."
        made.append(Event(key, "campaign", first, last if row["is_over"] and last > first else None,
                          str(row["campaign_name"]), words, str(row["platform"]), source="campaigns",
                          hides=HIDES["campaigns"]))  # fmt: skip
    return made


def prices(rows: Sequence[Mapping[str, Any]]) -> list[Event]:
    """One event per product, plan and day on which a price took another's place."""
    made = []
    for row in rows:
        day, raised, lowered = _day(row["change_day"]), int(row["raised_count"]), int(row["lowered_count"])
        parts = [f"{counted(count, 'price')} {verb}" for count, verb in ((raised, "raised"), (lowered, "lowered"))
                 if count]  # fmt: skip
        made.append(Event(f"price {row['product']} {row['plan']} {day}", "price_change", day, None,
                          f"{row['plan']}: {' and '.join(parts)}", f"{row['product']}, by the prices made in Stripe.",
                          "Stripe", source="prices", hides=HIDES["prices"]))  # fmt: skip
    return made


def definitions(metrics: Mapping[str, Metric], visible: Sequence[str]) -> list[Event]:
    """One event per figure whose meaning was changed by approval since its first version."""
    made = []
    for name in visible:
        metric = metrics[name]
        certified = metric.certified
        if certified.version > 1:
            made.append(Event(f"definition {name} {certified.version}", "definition", certified.on, None,
                              f"{metric.label}: new meaning, version {certified.version}", metric.definition,
                              f"approved by the {certified.by.upper()}", source="definitions", metrics=(name,),
                              hides=tuple(dict.fromkeys(("executive", metric.owner)))))  # fmt: skip
    return made


MAKERS = {CAMPAIGNS: campaigns, PRICES: prices}


def with_hidden(events: Sequence[Event], hidden: Mapping[str, Hidden]) -> list[Event]:
    """The same events, each with why it is hidden where it is."""
    return [
        Event(**{**vars(each), "hidden": f"{found.reason} ({found.by})"})
        if (found := hidden.get(each.key)) is not None and found.is_hidden else each
        for each in events
    ]  # fmt: skip


def _day(value: Any) -> date:
    """A day from what the driver or pandas made of it."""
    found: date = value.date() if hasattr(value, "date") else value
    return found
