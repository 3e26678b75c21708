"""The table of faults: after each, at each source, the raw streams are what the company's books say, to the row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from pipelines import pull
from pipelines.sandbox.company.times import ANCHOR, DAY
from pipelines.sources import facebook
from tests.load.campaign import Campaign
from tests.load.conftest import House
from tests.load.course import run
from tests.load.whole_company import SOURCES, VENDORS, WholeCompany

pytestmark = [pytest.mark.slow, pytest.mark.campaign]
FAULTS = (
    "kill -9 of the tap", "kill -9 of the loader", "kill -9 of Meltano", "kill -9 of Postgres", "429", "500", "timeout",
    "truncated answer", "connection cut", "a page that changes", "a duplicate webhook", "an out-of-order webhook",
    "a clock two days ahead", "a clock three hours behind", "a new and a missing field", "a number that became a text",
)  # fmt: skip
NO_ANSWERS = "a folder of this machine is read, and answers nothing"
ONLY_STRIPE = "only Stripe posts webhooks to the portal"
TYPED = "its Data API answers in the types of its protocol, and only the fields that it is asked for"
MEANINGLESS: Mapping[tuple[str, str], str] = {
    ("kill -9 of Meltano", "production"): "production is captured without Meltano",
    ("truncated answer", "production"): "each message of its log tells its length: half of one is a cut connection",
    ("429", "files"): NO_ANSWERS,
    ("500", "files"): NO_ANSWERS,
    ("timeout", "files"): NO_ANSWERS,
    ("connection cut", "files"): NO_ANSWERS,
    ("a new and a missing field", "ga4"): TYPED,
    ("a number that became a text", "ga4"): TYPED,
    **{(fault, source): ONLY_STRIPE for fault in FAULTS if "webhook" in fault for source in SOURCES
       if source != "stripe"},
}  # fmt: skip
"""Pairs that cannot be, and why."""
PAIRS = [(fault, source) for fault in FAULTS for source in SOURCES if (fault, source) not in MEANINGLESS]
FACEBOOK_SINCE = "2026-10-29T00:00:00Z"
"""Its tap asks for a report of each day: the whole history would take a minute."""


@pytest.fixture(scope="module")
def campaign(house: House) -> Iterator[Campaign]:
    """All loads, once; each test looks up what was found of its pair."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facebook, "FIRST_DAY", FACEBOOK_SINCE)
        patch.setattr(pull, "FIRST_WAIT_SECONDS", 1)
        yield run(WholeCompany(house, ANCHOR - 27 * DAY))


@pytest.mark.parametrize(("fault", "source"), PAIRS, ids=[f"{fault} at {source}" for fault, source in PAIRS])
def test_nothing_is_lost_or_doubled(campaign: Campaign, fault: str, source: str) -> None:
    assert (fault, source) in campaign.found, "The fault has not struck: nothing was shown."
    found = campaign.found[fault, source]
    assert found.failed is None
    assert found.differences == {}


def test_every_pair_is_tried_or_cannot_be() -> None:
    assert len(PAIRS) + len(MEANINGLESS) == len(FAULTS) * len(SOURCES)
    assert {source for _, source in MEANINGLESS} <= {*VENDORS, "files", "production"}
