"""What the product's people can do in it, product by product, and how many of them come to do it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipelines.sandbox.company.times import DAY, at, day_of


@dataclass(frozen=True)
class Feature:
    """One feature of a product.

    Attributes:
        name: as the tracker sends it.
        product: who has it must have bought this; "" for what everybody has.
        adopters: share of the people who ever take it up.
        used: share of an adopter's sessions in which it is used.
        is_habit: whether those take it up more who come more often.
        launched: when it came; 0: it was always there.
        needed: so many uses in four weeks are an adoption; fewer of what administrators do now and then.
    """

    name: str
    product: str
    adopters: float
    used: float
    is_habit: bool = False
    launched: int = 0
    needed: int = 3


ASK_LAUNCHED = at(2026, 6, 16, 9)
SPREADS = 110 * DAY
"""How long it takes until all who ever take up a new feature have done so."""

FEATURES = (
    Feature("dashboards", "", 0.98, 0.85),
    Feature("search", "", 0.75, 0.35),
    Feature("reports", "Core", 0.8, 0.5),
    Feature("comments", "Core", 0.4, 0.25, is_habit=True),
    Feature("ask", "Core", 0.55, 0.4, launched=ASK_LAUNCHED),
    Feature("cohort_explorer", "Insights", 0.55, 0.35),
    Feature("forecasts", "Insights", 0.35, 0.25),
    Feature("alerts", "Insights", 0.5, 0.45, is_habit=True),
    Feature("automations", "Automate", 0.55, 0.45, is_habit=True),
    Feature("schedules", "Automate", 0.4, 0.3),
    Feature("connectors", "Connect", 0.6, 0.35),
    Feature("sync_monitor", "Connect", 0.35, 0.3, is_habit=True),
    Feature("retention_rules", "Vault", 0.5, 0.2, needed=1),
    Feature("access_reviews", "Vault", 0.35, 0.2, needed=1),
    Feature("pulse", "Beacon", 0.9, 0.7),
    Feature("digests", "Beacon", 0.5, 0.35),
    Feature("mobile_push", "Beacon", 0.45, 0.4, is_habit=True),
)


@dataclass(frozen=True)
class Flow:
    """A way of several steps, some of it not gone to the end.

    Attributes:
        feature: in whose sessions it may begin.
        begins: in what share of those.
        steps: events, in order.
        goes_on: share of those at a step who reach the next one.
    """

    feature: str
    begins: float
    steps: tuple[str, ...]
    goes_on: tuple[float, ...]


FLOWS = (
    Flow("reports", 0.12, ("report_builder_opened", "report_saved", "report_shared"), (0.66, 0.52)),
    Flow("automations", 0.14, ("automation_drafted", "automation_tested", "automation_published"), (0.58, 0.71)),
)
FUNNELS = {"reports": "report_builder", "automations": "automation"}
"""What Product calls the flow that begins in a feature."""
SESSION = "session_ended"
ONBOARDING = ("signed_up", "invited_teammate", "connected_source", "created_first_report", "activated")
EVENTS = (SESSION, *ONBOARDING, *(step for flow in FLOWS for step in flow.steps))
ONBOARDING_DAYS, FLOW_DAYS = 30, 7
"""How long after the first step the others count."""


def feature_rows() -> list[dict[str, Any]]:
    """features.csv, as Product keeps it."""
    return [
        {"feature": one.name, "product": one.product, "uses_needed": one.needed,
         "launched_on": day_of(one.launched) if one.launched else ""}
        for one in FEATURES
    ]  # fmt: skip


def funnel_rows() -> list[dict[str, Any]]:
    """funnels.csv: the onboarding of accounts, and each flow as often as somebody begins it."""
    ways: list[tuple[str, str, int, tuple[str, ...]]] = [("onboarding", "accounts", ONBOARDING_DAYS, ONBOARDING)]
    ways += [(FUNNELS[flow.feature], "attempts", FLOW_DAYS, flow.steps) for flow in FLOWS]
    return [
        {"funnel": name, "step": step, "event": event, "counts": counts, "window_days": days}
        for name, counts, days, events in ways
        for step, event in enumerate(events, start=1)
    ]
