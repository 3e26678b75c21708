"""The course of the campaign: which faults meet in which load, and when they are judged.

A load that was broken off is not tried again: the next one, with faults of another kind, makes the sources whole. So
two loads show three or four faults at each of ten vendors.
"""

from __future__ import annotations

from datetime import timedelta

from tests.load import file_faults, production_faults, schema_changes, webhook_faults
from tests.load.campaign import IN_FIRST, IN_INCREMENT, Campaign
from tests.load.whole_company import WholeCompany

SECONDS_MORE = 20
"""What a load that is to time out has beyond what one took whose taps were all caught in the middle."""


def run(company: WholeCompany) -> Campaign:
    """All loads of the campaign, in their order."""
    campaign = Campaign(company)
    _first_load(campaign)
    production_faults.strike(campaign)
    file_faults.strike(campaign)
    _increments(campaign)
    _clocks(campaign)
    webhook_faults.strike(campaign)
    schema_changes.retype(campaign)
    return campaign


def _first_load(campaign: Campaign) -> None:
    campaign.kill_each("kill -9 of the tap", "tap", IN_FIRST, with_files=False)
    campaign.judge(campaign.strike_each({
        "429": {"status": 429, "retry_after": 1}, "500": {"status": 500},
    }, IN_INCREMENT))  # fmt: skip


def _increments(campaign: Campaign) -> None:
    company = campaign.company
    company.live_on()
    campaign.kill_each("kill -9 of the loader", "loader", IN_INCREMENT)
    schema_changes.widen(campaign)
    campaign.judge(campaign.strike_each({
        "truncated answer": {"kind": "truncated"}, "connection cut": {"kind": "cut"},
    }, IN_INCREMENT))  # fmt: skip
    company.live_on()
    campaign.kill_each("kill -9 of Meltano", "meltano", IN_INCREMENT)
    campaign.change_pages("a page that changes")
    campaign.kill_postgres("kill -9 of Postgres")


def _clocks(campaign: Campaign) -> None:
    company = campaign.company
    company.live_on()
    ahead = "a clock two days ahead"
    campaign.judge(campaign.move_clock(ahead, timedelta(days=2)))
    campaign.judge_again(ahead)  # once the clock is right again: a bookmark that lay ahead would pass over two days
    company.live_on()
    campaign.let_time_out("timeout", campaign.took["kill -9 of Postgres"] + SECONDS_MORE)
    company.live_on()
    campaign.move_clock("a clock three hours behind", timedelta(hours=-3))
