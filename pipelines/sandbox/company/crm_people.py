"""Contacts: the people at Salesforce's accounts, with the addresses that the product, HubSpot and Zendesk know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.contracts import Signed, signings
from pipelines.sandbox.company.crm_bodies import NAMES, sf_id, stamped
from pipelines.sandbox.company.dice import share
from pipelines.sandbox.company.market import OWNERS, Prospect
from pipelines.sandbox.company.names import domain
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import DAY

ENTERED = 0.15  # customers whose administrator somebody entered beside the first contact
FORGOTTEN = 0.01  # first contacts that are deleted, a while after the deal was opened
FIRST_USER = 1000  # production's ids of an account's first user divide by it


def write(company: Company) -> None:
    """Who became a contact by now: converted leads, who pays by hand or by Stripe alone, some administrators."""
    admins = _admins(company)
    for lead in company.leads:
        if lead.opened_at is not None and lead.opened_at <= company.until:
            _converted(company, lead)
    for client in company.clients:
        who = client.prospect
        if who is None:
            _put(company, client.key, client.key, {"LastName": "Accounts Payable", "Email": client.desk.body["email"],
                                                   "Title": "Accounts Payable"}, client.start)  # fmt: skip
        elif share(who.key, "administrator") < ENTERED and client.start + 2 * DAY <= company.until:
            admin = admins.get(f"user0@{who.domain}")
            if admin is not None:
                _put(company, f"{who.key}/admin", who.key, _admin(admin), client.start + 2 * DAY)
    for key, one in _signed_by_hand(company).items():
        admin = admins.get(f"user0@{domain(one.name, 7)}")
        if admin is not None:
            _put(company, key, key, _admin(admin), one.signed_at + 2 * DAY)


def _converted(company: Company, who: Prospect) -> None:
    """The person whose lead was converted, at the same address."""
    opened = who.opened_at or 0
    deleted = opened + int((60 + 300 * share(who.key, "deleted")) * DAY)
    is_gone = share(who.key, "forgotten") < FORGOTTEN and deleted <= company.until
    title = ("Head of Operations", "CTO", "CFO", "Founder")[int(share(who.key, "title") * 4)]
    body: Body = {"FirstName": who.given, "LastName": who.family, "Email": f"contact@{who.domain}", "Title": title,
                  "LeadSource": None if who.is_migrated else who.source, "MailingCountry": NAMES[who.country],
                  "OwnerId": sf_id("User", company.seed, who.owner)}  # fmt: skip
    _put(company, who.key, who.key, body, opened, deleted if is_gone else None)


def _admins(company: Company) -> Mapping[str, Mapping[str, Any]]:
    """The first user of each of the product's accounts, by address."""
    found: dict[str, Mapping[str, Any]] = {}
    for (vendor, kind, key), held in company.book.objects.items():
        if (vendor, kind) == ("production", "users") and int(key) % FIRST_USER == 0:
            found.setdefault(held.body["email"], held.body)
    return found


def _admin(user: Mapping[str, Any]) -> Body:
    given, _, family = user["full_name"].partition(" ")
    return {"FirstName": given, "LastName": family, "Email": user["email"], "Title": "Administrator"}


def _signed_by_hand(company: Company) -> Mapping[str, Signed]:
    """The first signing of each customer whom the product let in by now, by the key of its account."""
    found: dict[str, Signed] = {}
    for one in signings(company.seed, company.design, company.until):
        if one.signed_at + 2 * DAY <= company.until:
            found.setdefault(f"hand/{one.customer_id}", one)
    return found


def _put(company: Company, key: str, account: str, body: Body, created: int, deleted: int | None = None) -> None:
    contact = {
        "Id": sf_id("Contact", company.seed, key), "AccountId": sf_id("Account", company.seed, account),
        "FirstName": None, "LeadSource": None, "MailingCountry": None, "Phone": None, "HasOptedOutOfEmail": False,
        "OwnerId": sf_id("User", company.seed, OWNERS), **body,
    }  # fmt: skip
    contact["Name"] = " ".join(part for part in (contact["FirstName"], contact["LastName"]) if part)
    updated = created if deleted is None else deleted
    stamped(contact, created, updated)
    contact |= {"IsDeleted": deleted is not None}
    company.book.put("salesforce", "Contact", contact, created, updated, "Id")
