"""What the company keeps at SendGrid: contacts, single sends with their figures, who is not written to, mail a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import numpy as np

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.dice import dice, number_of, share
from pipelines.sandbox.company.mailing import NEVER, Audience, Times, Wave, added, by_day, waves
from pipelines.sandbox.company.mailing_plan import DRAFTED, GROUPS, SCHEDULED, TEST_LASTS, Mailing, mailings
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import DAY, START, day_of, stamp

METRICS = (
    "bounce_drops", "bounces", "clicks", "delivered", "invalid_emails", "opens", "requests", "spam_report_drops",
    "spam_reports", "unique_clicks", "unique_opens", "unsubscribes",
)
MAIL_METRICS = (*METRICS, "blocks", "deferred", "processed")
WANTED = (b'"role":"admin"', b'"role":"billing"')
UNKNOWN = "550 5.1.1 The email account that you tried to reach does not exist"
NO_DOMAIN = "Mail domain mentioned in email address is unknown"
LATER = "421 4.7.0 Try again later, closing connection"
Day = tuple[dict[str, int], int]


def write(company: Company) -> None:
    """Everything up to the company's instant."""
    audience = _contacts(company)
    _lists(company, audience)
    days: dict[int, list[Day]] = {}
    for mailing in mailings(company.seed, company.until):
        for day, figures in _mailing(company, audience, mailing):
            days.setdefault(day, []).append(figures)
    for day, figures in _product_mail(company, audience):
        days.setdefault(day, []).append(figures)
    for day, parts in days.items():
        date = day_of(day * DAY).isoformat()
        metrics = added((figures for figures, _ in parts), MAIL_METRICS)
        metrics["processed"] = metrics["requests"] - metrics["bounce_drops"] - metrics["spam_report_drops"]
        last = max(changed for _, changed in parts)
        _put(company, "mail_day", {"id": date, "date": date, "metrics": metrics}, day * DAY, last)
    _suppressions(company, audience)


def _put(company: Company, kind: str, body: Body, created: int, updated: int, key: str = "id") -> None:
    company.book.put("sendgrid", kind, body, created, updated, key)


def _uuid(*parts: object) -> str:
    return str(UUID(int=number_of("sendgrid", *parts), version=4))


def _contacts(company: Company) -> Audience:
    """The admins and the billing people of the product's accounts; one contact for each address, the first one's."""
    held = company.book.objects
    found: dict[str, tuple[Body, int, int]] = {}
    people = [one for (vendor, kind, _), one in held.items()
              if vendor == "production" and kind == "users" and any(mark in one.raw for mark in WANTED)]  # fmt: skip
    for one in sorted(people, key=lambda one: (one.created, int(one.id))):
        user = one.body
        if user["email"] in found:
            continue
        account = held[("production", "accounts", str(user["account_id"]))]
        found[user["email"]] = (_contact(company, user, account.body, one.created, account.updated),
                                one.created, max(one.created, account.updated))  # fmt: skip
    for body, created, updated in found.values():
        _put(company, "contact", body, created, updated)
    emails = list(found)
    shares = [share(company.seed, "opens", email) for email in emails]
    return Audience(
        emails, np.array([created for _, created, _ in found.values()], dtype=np.int64),
        np.array([body["custom_fields"]["role"] == "admin" for body, _, _ in found.values()], dtype=bool),
        0.06 + 0.62 * np.array(shares, dtype=np.float64) ** 1.6,
        np.array([share(company.seed, "invalid", email) < 0.0015 for email in emails], dtype=bool))  # fmt: skip


def _contact(company: Company, user: Mapping[str, Any], account: Mapping[str, Any], created: int, changed: int) -> Body:
    given, _, family = str(user["full_name"]).partition(" ")
    return {
        "id": _uuid(company.seed, "contact", user["email"]), "email": user["email"], "first_name": given,
        "last_name": family, "country": account["country"], "created_at": stamp(created),
        "updated_at": stamp(max(created, changed)),
        "custom_fields": {"company": account["name"], "account_id": user["account_id"], "plan": account["plan"],
                          "role": user["role"]},
    }  # fmt: skip


def _lists(company: Company, audience: Audience) -> None:
    for name, members in (("All contacts", np.full(len(audience.emails), True)), ("Admins", audience.admins)):
        joined = audience.created[members]
        key = _uuid(company.seed, "list", name)
        body = {"id": key, "name": name, "contact_count": len(joined),
                "_metadata": {"self": f"https://api.sendgrid.com/v3/marketing/lists/{key}"}}  # fmt: skip
        _put(company, "list", body, START, max([START, *joined[-1:].tolist()]))


def _mailing(company: Company, audience: Audience, mailing: Mailing) -> Iterator[tuple[int, Day]]:
    """Writes a single send as far as it has come; tells its figures of each day."""
    until = company.until
    send = _uuid(company.seed, "send", mailing.key)
    variations = (_uuid(company.seed, mailing.key, "A"), _uuid(company.seed, mailing.key, "B"))
    is_sent = mailing.at <= until
    parts, winner = waves(company.seed, audience, mailing, variations) if is_sent else ([], "")
    decided = mailing.at + TEST_LASTS
    is_decided = mailing.is_test and decided <= until
    _send(company, send, mailing, winner if is_decided else "", decided if is_decided else None)
    for wave in parts:
        for day, (figures, last) in by_day(wave.happened, until).items():
            _day(company, send, wave, day, figures, last)
            yield day, (figures, last)


def _send(company: Company, send: str, mailing: Mailing, winner: str, decided: int | None) -> None:
    drafted, scheduled = mailing.at - DRAFTED, mailing.at - SCHEDULED
    status, updated = "draft", drafted
    if mailing.at <= company.until:
        status, updated = "triggered", decided or mailing.at
    elif scheduled <= company.until:
        status, updated = "scheduled", scheduled
    test = {"type": "subject", "winner_criteria": "open", "test_percentage": 20, "duration": "4h",
            "winning_template_id": winner, "winner_selected_at": stamp(decided) if decided else None,
            "expiration_date": None} if mailing.is_test else None  # fmt: skip
    body: Body = {
        "id": send, "name": mailing.name, "abtest": test, "status": status, "categories": [mailing.category],
        "send_at": stamp(mailing.at) if status != "draft" else None, "is_abtest": mailing.is_test,
        "created_at": stamp(drafted), "updated_at": stamp(updated),
    }  # fmt: skip
    _put(company, "singlesend", body, drafted, updated)


def _day(company: Company, send: str, wave: Wave, day: int, figures: Mapping[str, int], last: int) -> None:
    date = day_of(day * DAY).isoformat()
    body = {"key": f"{send}/{wave.variation}/{wave.phase}/{date}", "id": send, "ab_variation": wave.variation,
            "ab_phase": wave.phase, "aggregation": date, "stats": added([figures], METRICS)}  # fmt: skip
    _put(company, "singlesend_day", body, max(day * DAY, wave.mailing.at), last, "key")


def _product_mail(company: Company, audience: Audience) -> Iterator[tuple[int, Day]]:
    """What the product itself sends by the API (invoices, invitations, passwords): nobody tracks whether it is read."""
    for day in range(START // DAY, company.until // DAY + 1):
        known = int(np.searchsorted(audience.created, day * DAY))
        roll = dice(company.seed, "product mail", day)
        count = int(roll.poisson(known * (0.05 if day_of(day * DAY).weekday() < 5 else 0.015)))
        when = np.sort(day * DAY + (roll.random(count) * DAY).astype(np.int64))
        who = roll.integers(0, max(known, 1), count)
        chance = roll.random(count)
        dropped = audience.bounced[who] <= when if known else np.full(count, False)
        blocked = ~dropped & (chance < 0.0015)
        happened: dict[str, Times] = {
            "requests": when, "bounce_drops": when[dropped], "blocks": when[blocked],
            "deferred": when[~dropped & (chance > 0.985)], "delivered": when[~dropped & ~blocked],
        }  # fmt: skip
        for place, at in zip(who[blocked].tolist(), when[blocked].tolist(), strict=True):
            _entry(company, "block", audience.emails[place], at, reason=LATER, status="4.7.0")
        yield from by_day(happened, company.until).items()


def _entry(company: Company, kind: str, email: str, at: int, **more: str) -> None:
    """One address on one of SendGrid's lists, once it happened."""
    if at <= company.until:
        _put(company, kind, {"id": f"{email}/{at}", "created": at, "email": email, **more}, at, at)


def _suppressions(company: Company, audience: Audience) -> None:
    """Who bounced, called a mail spam, or left; and the groups that one can leave."""
    for kind, since, more in (
        ("bounce", audience.bounced, {"reason": UNKNOWN, "status": "5.1.1"}),
        ("spam_report", audience.called_spam, {"ip": "198.51.100.24"}), ("unsubscribe", audience.left_all, {}),
    ):  # fmt: skip
        for place in np.flatnonzero(since < NEVER).tolist():
            _entry(company, kind, audience.emails[place], int(since[place]), **more)
    for place in np.flatnonzero(audience.invalid).tolist():
        first = _first_for(company, int(audience.created[place]), bool(audience.admins[place]))
        if first is not None:
            _entry(company, "invalid_email", audience.emails[place], first, reason=NO_DOMAIN)
    for group, (name, description) in GROUPS.items():
        left = audience.left.get(group, np.empty(0, dtype=np.int64))
        places = np.flatnonzero(left <= company.until).tolist()
        body = {"id": group, "name": name, "description": description, "is_default": False,
                "unsubscribes": len(places)}  # fmt: skip
        _put(company, "group", body, START, max([START, *left[places].tolist()]))
        for place in places:
            email, at = audience.emails[place], int(left[place])
            _put(company, "group_suppression", {"id": f"{email}/{group}", "email": email, "group_id": group,
                                                "group_name": name, "created_at": at}, at, at)  # fmt: skip


def _first_for(company: Company, since: int, is_admin: bool) -> int | None:
    """When somebody was first sent a mailing, had they come then."""
    every = mailings(company.seed, company.until)
    return next((one.at for one in every if one.at >= since and (is_admin or not one.only_admins)), None)
