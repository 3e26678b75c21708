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

pytestmark = pytest.mark.slow
FAULTS: Mapping[str, str] = {
    "kill -9 of the tap": "salesforce",
    "kill -9 of the loader": "files",
    "kill -9 of Meltano": "salesforce",
    "kill -9 of Postgres": "production",
    "429": "salesforce",
    "500": "stripe",
    "timeout": "salesforce",
    "truncated answer": "stripe",
    "connection cut": "salesforce",
    "a page that changes": "salesforce",
    "a duplicate webhook": "stripe",
    "an out-of-order webhook": "stripe",
    "a clock two days ahead": "stripe",
    "a clock three hours behind": "salesforce",
    "a new and a missing field": "salesforce",
    "a number that became a text": "stripe",
}
"""Each fault, and the source at which every `make test` strikes it: few, since each is to be loaded whole first; `make
faults` strikes all. That every source is loaded, whole and what is new, tests/cli/test_life.py shows each time."""
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
TABLE = [
    pytest.param(fault, source, id=f"{fault} at {source}",
                 marks=() if source == FAULTS[fault] else pytest.mark.campaign)
    for fault, source in PAIRS
]  # fmt: skip
FACEBOOK_SINCE = "2026-10-29T00:00:00Z"
"""Its tap asks for a report of each day: the whole history would take a minute."""


@pytest.fixture(scope="module")
def campaign(house: House, request: pytest.FixtureRequest) -> Iterator[Campaign]:
    """The loads that the chosen pairs need, once; each test looks up what was found of its own."""
    chosen = {
        (str(one.callspec.params["fault"]), str(one.callspec.params["source"]))
        for one in request.session.items
        if isinstance(one, pytest.Function) and one.path == request.path and hasattr(one, "callspec")
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(facebook, "FIRST_DAY", FACEBOOK_SINCE)
        patch.setattr(pull, "FIRST_WAIT_SECONDS", 1)
        company = WholeCompany(house, ANCHOR - 27 * DAY)
        yield run(company, chosen)
        company.close()


@pytest.mark.parametrize(("fault", "source"), TABLE)
def test_nothing_is_lost_or_doubled(campaign: Campaign, fault: str, source: str) -> None:
    assert (fault, source) in campaign.found, "The fault has not struck: nothing was shown."
    found = campaign.found[fault, source]
    assert found.failed is None
    assert found.differences == {}


def test_every_pair_is_tried_or_cannot_be() -> None:
    assert len(PAIRS) + len(MEANINGLESS) == len(FAULTS) * len(SOURCES)
    assert {source for _, source in MEANINGLESS} <= {*VENDORS, "files", "production"}


def test_each_fault_has_its_turn_whenever_tests_are_run() -> None:
    assert set(FAULTS.items()) <= set(PAIRS)
