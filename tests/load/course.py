"""The course of the campaign: which faults meet in which load, and when they are judged.

A load that was broken off is not tried again: the next one, with faults of another kind, makes the sources whole. So
two loads show three or four faults at each of ten vendors.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta

from tests.load import file_faults, production_faults, schema_changes, webhook_faults
from tests.load.campaign import FEW, IN_FIRST, IN_INCREMENT, Campaign, Pair
from tests.load.whole_company import WholeCompany

ANSWERS: Mapping[str, Mapping[str, object]] = {
    "429": {"status": 429, "retry_after": 1}, "500": {"status": 500}, "truncated answer": {"kind": "truncated"},
    "connection cut": {"kind": "cut"},
}  # fmt: skip
"""What is answered instead of what was asked for."""
BEHIND = "a clock three hours behind"


def run(company: WholeCompany, pairs: Collection[Pair]) -> Campaign:
    """All loads of the campaign that these pairs need, in their order."""
    campaign = Campaign(company, pairs)
    if campaign.at("kill -9 of the tap"):
        campaign.kill_each("kill -9 of the tap", "tap", IN_FIRST)
    campaign.strike_each(ANSWERS, IN_INCREMENT)
    production_faults.strike(campaign)
    file_faults.strike(campaign)
    company.live_on()
    for fault, act in STEPS:
        if campaign.at(fault):
            act(campaign, fault)
    if campaign.at(BEHIND, schema_changes.FIELDS):
        schema_changes.widen(campaign)
        campaign.move_clock(BEHIND, timedelta(hours=-3), schema_changes.FIELDS)
    webhook_faults.strike(campaign)
    schema_changes.retype(campaign)
    if waiting := campaign.waiting:
        campaign.judge(company.load_asked(*waiting), is_last=True)
    return campaign


def _move_ahead(campaign: Campaign, fault: str) -> None:
    campaign.judge(campaign.move_clock(fault, timedelta(days=2)))
    # Once more when the clock is right again: a bookmark that lay ahead would pass over two days. Stripe's is found out
    # by a load within those two days; after them nothing tells of a wrong clock.
    campaign.judge_again(fault)
    campaign.company.live_on()
    campaign.judge(campaign.company.load(campaign.at(fault), lanes=FEW, retries=1))


def _kill_postgres(campaign: Campaign, fault: str) -> None:
    campaign.company.live_on()
    campaign.kill_postgres(fault)


def _let_time_out(campaign: Campaign, fault: str) -> None:
    campaign.company.live_on()
    campaign.let_time_out(fault)


STEPS: Sequence[tuple[str, Callable[[Campaign, str], object]]] = (
    ("kill -9 of the loader", lambda campaign, fault: campaign.kill_each(fault, "loader", IN_INCREMENT)),
    ("a page that changes", lambda campaign, fault: campaign.change_pages(fault)),
    ("kill -9 of Meltano", lambda campaign, fault: campaign.kill_each(fault, "meltano", IN_INCREMENT)),
    ("kill -9 of Postgres", _kill_postgres),
    ("timeout", _let_time_out),
    ("a clock two days ahead", _move_ahead),
)
"""Of the loads of what is new, in their order; those about a clock that is ahead make whole what was broken before.

After these Stripe is read anew, for as long as it takes: no load of it could be ended for taking too long.
"""
