"""A longer life has the shorter one as its prefix, and the same seed gives the same company."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.product import happenings, people, tracked
from pipelines.sandbox.company.times import ANCHOR, DAY

LATER = ANCHOR + 40 * DAY
LOGS = {"OpportunityHistory", "OpportunityFieldHistory", "refund", "credit_note"}  # written once, never changed


@pytest.fixture(scope="module")
def later() -> Company:
    return simulate(20240101, "small", LATER)


def test_the_same_seed_gives_the_same_company(company: Company) -> None:
    again = simulate(20240101, "small", ANCHOR)
    assert again.book.objects == company.book.objects
    assert again.book.events == company.book.events
    assert again.files == company.files


def test_another_seed_gives_another_company(company: Company) -> None:
    other = simulate(7, "small", ANCHOR)
    assert other.book.objects.keys() != company.book.objects.keys()


def test_nothing_that_was_is_gone_later(company: Company, later: Company) -> None:
    assert company.book.objects.keys() - later.book.objects.keys() == set()


def test_what_did_not_change_since_is_the_same_to_the_byte(company: Company, later: Company) -> None:
    changed = [key for key, held in company.book.objects.items()
               if later.book.objects[key].updated <= ANCHOR and later.book.objects[key] != held]  # fmt: skip
    assert changed == []


def test_what_is_new_later_was_made_later(company: Company, later: Company) -> None:
    """Else a load that asks for what is new since its last run would never see it."""
    new = later.book.objects.keys() - company.book.objects.keys()
    assert len(new) > 500
    assert [key for key in new if later.book.objects[key].updated <= ANCHOR] == []
    assert [key for key in new if key[0] == "stripe" and later.book.objects[key].created <= ANCHOR] == []


def test_whoever_is_invited_is_invited_before_joining(company: Company) -> None:
    """Else the export of an hour that was read would grow when they join, and nobody reads it again."""
    invited = [
        (account, one)
        for account in tracked(company)
        for user, other in people(company, account)
        for one in happenings(account, user, other, company.until)
        if one[1] == "invited_teammate"
    ]
    assert len(invited) >= 3
    for account, one in invited:
        then = replace(company, until=one[0] + 1)
        assert one in [each for user, other in people(then, account)
                       for each in happenings(account, user, other, then.until)]  # fmt: skip


def test_logs_never_change(company: Company, later: Company) -> None:
    logs = [key for key in company.book.objects if key[1] in LOGS]
    assert [key for key in logs if later.book.objects[key] != company.book.objects[key]] == []


def test_every_change_at_stripe_since_birth_has_an_event(company: Company, later: Company) -> None:
    told = {(event.type.split(".")[0], event.created) for event in later.book.events}
    assert {event.id for event in company.book.events} <= {event.id for event in later.book.events}
    silent = [key for key, held in later.book.objects.items()
              if key[0] == "stripe" and held.updated > ANCHOR and key[1] in ("invoice", "charge", "customer")
              and (key[1], held.updated) not in told]  # fmt: skip
    assert silent == []


@pytest.mark.parametrize("name", ["costs", "exchange_rates", "bank_balances", "contracts", "quotas"])
def test_files_only_grow(name: str, company: Company, later: Company) -> None:
    rows = [str(row) for row in later.files[name]]
    assert [row for row in company.files[name] if str(row) not in set(rows)] == []
    assert len(rows) >= len(company.files[name])


def test_no_event_is_written_twice(later: Company) -> None:
    ids = [event.id for event in later.book.events]
    assert len(ids) == len(set(ids))
