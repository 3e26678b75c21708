"""What the company mails to its customers by SendGrid, and when: news, notices of new prices, invitations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.sandbox.company.dice import share
from pipelines.sandbox.company.times import DAY, HOUR, START, day_of, midnight

DRAFTED, SCHEDULED = 12 * DAY, 4 * DAY
"""How long before its sending a mail is drafted and scheduled."""
TEST_LASTS = 4 * HOUR
TESTED_SHARE = 0.2
NEWS, EVENTS, NOTICES = 101, 102, 103
GROUPS = {
    NEWS: ("Product news", "What is new in Meridian's products, once a month"),
    EVENTS: ("Events", "Webinars and our yearly conference"),
    NOTICES: ("Account notices", "Prices, terms, and the year in review"),
}


@dataclass(frozen=True)
class Mailing:
    """One single send.

    Attributes:
        key: the company's own name for it.
        name: as SendGrid shows it.
        category: news, event or notice.
        group: the suppression group that one can leave.
        at: when it goes out, epoch seconds.
        is_test: whether two subjects are tried on a fifth of the people first.
        only_admins: whether it goes to the accounts' admins alone.
        pull: how much more it is opened than others.
    """

    key: str
    name: str
    category: str
    group: int
    at: int
    is_test: bool = False
    only_admins: bool = False
    pull: float = 1.0


def mailings(seed: int, until: int) -> list[Mailing]:
    """Everything drafted until then, in the order of sending."""
    months = _months(day_of(until + DRAFTED))
    planned = [one for first in months for one in _of_month(seed, first)]
    return sorted((one for one in planned if one.at - DRAFTED <= until), key=lambda one: (one.at, one.key))


def _months(last: date) -> Iterator[date]:
    month = day_of(START)
    while month <= last:
        yield month
        month = (month + timedelta(days=31)).replace(day=1)


def _of_month(seed: int, first: date) -> Iterator[Mailing]:
    label = f"{first:%Y-%m}"
    pull = 0.85 + 0.3 * share(seed, "pull", label)
    yield Mailing(f"news-{label}", f"Product news – {first:%B %Y}", "news", NEWS,
                  _nth(first, 1, 1) + 15 * HOUR, first.month % 3 == 1, pull=pull)  # fmt: skip
    if first.month % 2 == 1:
        yield Mailing(f"event-{label}", f"Invitation – Meridian Live, {first:%B %Y}", "event", EVENTS,
                      _nth(first, 3, 3) + 9 * HOUR, first.month in (5, 9), True, 0.9 * pull)  # fmt: skip
    if first.month == 2 and first.year > 2024:
        yield Mailing(f"prices-{label}", f"Our prices from 1 April {first.year}", "notice", NOTICES,
                      _nth(first, 1, 2) + 14 * HOUR, pull=1.6)  # fmt: skip
    if first.month == 12:
        yield Mailing(f"review-{label}", f"Your {first.year} with Meridian", "notice", NOTICES,
                      _nth(first, 2, 3) + 13 * HOUR, pull=1.2)  # fmt: skip


def _nth(first: date, weekday: int, which: int) -> int:
    """Midnight of the month's first, second … such weekday (Monday 0)."""
    return midnight(first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (which - 1)))
