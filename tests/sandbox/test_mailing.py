"""What the company mails: its figures add up, and follow from each other as they do at SendGrid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.mailing_plan import TEST_LASTS, mailings
from pipelines.sandbox.company.times import ANCHOR, DAY, stamp

NOT_DELIVERED = ("bounces", "bounce_drops", "spam_report_drops", "invalid_emails")


def bodies(company: Company, kind: str) -> list[Any]:
    return [one.body for one in company.book.objects.values() if (one.vendor, one.kind) == ("sendgrid", kind)]


@pytest.fixture(scope="module")
def totals(company: Company) -> Mapping[str, Counter[str]]:
    """The figures of each single send, of all its days."""
    found: dict[str, Counter[str]] = {}
    for row in bodies(company, "singlesend_day"):
        found.setdefault(row["id"], Counter()).update(row["stats"])
    return found


def test_every_mail_asked_for_was_delivered_or_says_why_not(totals: Mapping[str, Counter[str]]) -> None:
    assert len(totals) > 50
    for figures in totals.values():
        assert figures["requests"] == figures["delivered"] + sum(figures[name] for name in NOT_DELIVERED)
        assert figures["unique_opens"] <= min(figures["delivered"], figures["opens"])
        assert figures["unique_clicks"] <= min(figures["unique_opens"], figures["clicks"])


@pytest.mark.parametrize(
    ("figure", "lists"),
    [("bounces", ("bounce",)), ("spam_reports", ("spam_report",)), ("unsubscribes", ("unsubscribe",
     "group_suppression"))],
    ids=["who bounced", "who called it spam", "who left"],
)
def test_every_one_of_the_figures_is_on_its_list(
    company: Company, totals: Mapping[str, Counter[str]], figure: str, lists: tuple[str, ...]
) -> None:
    listed = [body["email"] for kind in lists for body in bodies(company, kind)]
    assert len(listed) == sum(figures[figure] for figures in totals.values()) > 0
    assert listed and {body["email"] for body in bodies(company, "contact")} >= set(listed)


def test_who_bounced_is_asked_for_and_dropped_by_every_later_mailing_to_all(
    company: Company, totals: Mapping[str, Counter[str]]
) -> None:
    sends = {body["name"]: body for body in bodies(company, "singlesend")}
    news = sends["Product news – November 2026"]
    left = {body["email"] for body in bodies(company, "unsubscribe")}
    left |= {body["email"] for body in bodies(company, "group_suppression") if body["group_name"] == "Product news"}
    before = {body["email"] for body in bodies(company, "bounce") if stamp(body["created"]) < news["send_at"]}
    assert totals[news["id"]]["bounce_drops"] == len(before - left) > 10


def test_most_is_opened_in_the_first_days_and_nothing_after_four_weeks(company: Company) -> None:
    sends = {body["id"]: date.fromisoformat(body["send_at"][:10])
             for body in bodies(company, "singlesend") if body["send_at"]}
    opens: Counter[int] = Counter()
    for row in bodies(company, "singlesend_day"):
        opens[(date.fromisoformat(row["aggregation"]) - sends[row["id"]]).days] += row["stats"]["opens"]
    assert set(opens) <= set(range(29))
    assert opens[0] + opens[1] > 2 * sum(count for age, count in opens.items() if age > 1) > 0


def test_a_mailing_is_drafted_then_scheduled_then_sent_and_a_test_is_decided_after_four_hours(
    company: Company,
) -> None:
    statuses = Counter(body["status"] for body in bodies(company, "singlesend"))
    assert statuses["triggered"] > 50 and statuses["draft"] + statuses["scheduled"] >= 1
    for body in bodies(company, "singlesend"):
        assert (body["send_at"] is None) == (body["status"] == "draft")
        assert (body["abtest"] is not None) == body["is_abtest"]
    tests = [one for one in mailings(company.seed, ANCHOR) if one.is_test and one.at <= ANCHOR - DAY]
    decided = {body["abtest"]["winner_selected_at"] for body in bodies(company, "singlesend") if body["abtest"]}
    assert decided >= {stamp(one.at + TEST_LASTS) for one in tests}


def test_all_mail_of_a_day_holds_that_of_the_single_sends(company: Company) -> None:
    days: dict[str, Counter[str]] = {}
    for row in bodies(company, "singlesend_day"):
        days.setdefault(row["aggregation"], Counter()).update(row["stats"])
    mail = {body["date"]: body["metrics"] for body in bodies(company, "mail_day")}
    for day, figures in days.items():
        assert mail[day]["unique_opens"] == figures["unique_opens"]
        assert mail[day]["requests"] >= figures["requests"]
