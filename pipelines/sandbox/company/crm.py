"""Sales at work: leads, accounts and opportunities in Salesforce, with the sins of every sales department."""

from __future__ import annotations

from fractions import Fraction

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.catalog import EXPONENT, plan
from pipelines.sandbox.company.contracts import Signed
from pipelines.sandbox.company.crm_bodies import account_body, sf_id, stamped
from pipelines.sandbox.company.crm_deals import Deal, write_deal
from pipelines.sandbox.company.crm_staff import write_staff
from pipelines.sandbox.company.dice import share
from pipelines.sandbox.company.market import OWNERS, Prospect
from pipelines.sandbox.company.names import domain
from pipelines.sandbox.company.simulation import Client, Company, Identity
from pipelines.sandbox.company.times import DAY, day_of, midnight

DOLLARS = {"usd": 1.0, "eur": 1.095, "gbp": 1.275, "jpy": 0.00672}


class Crm:
    """Writes Salesforce's side of the company into its book."""

    def __init__(self, company: Company) -> None:
        self.company, self.seed, self.until = company, company.seed, company.until
        self.owners = [sf_id("User", company.seed, number) for number in range(OWNERS + 1)]
        self.signed_up = {client.prospect.key: client for client in company.clients if client.prospect}

    def write(self, signed: list[Signed]) -> None:
        """Everybody's records up to the company's instant."""
        write_staff(self.company)
        for who in self.company.leads:
            if not who.is_migrated:
                self._lead(who)
            if who.opened_at is not None and who.opened_at <= self.until:
                self._prospect(who)
        for client in self.company.clients:
            self._client(client)
        for one in signed:
            self._signed(one)

    def _put(self, kind: str, body: Body, created: int, updated: int) -> None:
        self.company.book.put("salesforce", kind, stamped(body, created, updated), created, updated, "Id")

    def _lead(self, who: Prospect) -> None:
        opened = who.opened_at is not None and who.opened_at <= self.until
        worked, ruled = worked_at(who), ruled_at(who)
        status, updated = "New", who.lead_at
        if opened:
            status, updated = "Converted", who.opened_at or 0
        elif who.opened_at is None and ruled <= self.until:
            status, updated = "Unqualified", ruled
        elif worked <= self.until:
            status, updated = ("Qualified" if is_warm(who) else "Working"), worked
        body: Body = {
            "Id": sf_id("Lead", self.seed, who.key), "FirstName": who.given, "LastName": who.family,
            "Name": f"{who.given} {who.family}", "Company": who.company, "Email": f"contact@{who.domain}",
            "Title": ("Head of Operations", "CTO", "CFO", "Founder")[int(share(who.key, "title") * 4)],
            "Country": who.country, "LeadSource": who.source, "Status": status, "Industry": who.industry,
            "NumberOfEmployees": who.employees, "OwnerId": self.owners[who.owner], "IsConverted": opened,
            "ConvertedDate": day_of(who.opened_at or 0).isoformat() if opened else None,
            "ConvertedAccountId": sf_id("Account", self.seed, who.key) if opened else None,
            "ConvertedOpportunityId": sf_id("Opportunity", self.seed, who.key) if opened else None,
            "ConvertedContactId": sf_id("Contact", self.seed, who.key) if opened else None,
        }  # fmt: skip
        self._put("Lead", body, who.lead_at, updated)

    def _prospect(self, who: Prospect) -> None:
        """The account of somebody not signed (yet), and the opportunity whatever became of it."""
        opened, closed = who.opened_at or 0, who.closed_at or 0
        if not (who.is_won and closed <= self.until):
            self._account(f"{who.key}", who.company, "Prospect", who.country, opened, opened, who)
        one = plan(who.product, who.tier, who.currency, who.interval, who.count)
        year = one.amount * one.per_month * 12 * who.seats
        client = self.signed_up.get(who.key)
        write_deal(self.company, Deal(
            who.key, who.company, who.owner, *_amounts(year, who.currency), "New Business", who.source, opened, closed,
            who.is_won, 12, None, who.country, who.industry, who.employees,
            agreement=client.desk.deals[0].agreement if client and client.desk.deals else None,
        ))  # fmt: skip

    def _account(
        self, key: str, name: str, kind: str, country: str, created: int, updated: int,
        who: Prospect | None = None, customer: str | None = None,
    ) -> str:  # fmt: skip
        account = sf_id("Account", self.seed, key)
        owner = self.owners[who.owner if who else OWNERS]
        body = account_body(
            account, name, kind, country, owner, Industry=who.industry if who else None,
            NumberOfEmployees=who.employees if who else None, Stripe_Customer_Id__c=customer,
            Website=f"https://{who.domain}" if who else f"https://{domain(name, 7)}")  # fmt: skip
        self._put("Account", body, created, updated)
        return account

    def _client(self, client: Client) -> None:
        """A Stripe customer's account, re-typed after it left if somebody thought of it."""
        key = client.prospect.key if client.prospect else client.key
        kind, updated = _account_type(self.company, client)
        self._account(key, client.name, kind, client.country, _opened(client), updated, client.prospect,
                      client.desk.customer)  # fmt: skip
        if client.prospect is None and client.desk.deals:
            year = sum((term.gross or Fraction(0)) * 12 for term in client.desk.deals[0].agreement.terms[:1])
            write_deal(self.company, Deal(
                key, client.name, OWNERS, *_amounts(year, client.desk.currency), "New Business", "Web", client.start,
                client.start, True, 12, None, client.country, None, None, client.desk.customer,
                agreement=client.desk.deals[0].agreement))  # fmt: skip
        self._expansions(client, key)
        is_plain = client.known_as == "customer" and not client.first_key
        if is_plain and share(self.seed, key, "duplicate") < self.company.design.duplicates:
            self._duplicate(client, key)

    def _duplicate(self, client: Client, key: str) -> None:
        """Entered a second time by hand; some of these are known in the identity file."""
        created = client.start + int((5 + 300 * share(key, "copied")) * DAY)
        if created > self.until:
            return
        name = client.name.upper()
        account = self._account(f"{key}*", name, "Customer", client.country, created, created, client.prospect)
        self.company.second_accounts[account] = client.desk.customer
        if share(key, "found") < 0.4:
            self.company.identities.append(Identity(
                "salesforce", account, client.desk.customer, "customer", "Entered twice in Salesforce",
                created + 30 * DAY))  # fmt: skip

    def _expansions(self, client: Client, key: str) -> None:
        """Growth that somebody booked as an opportunity; shrinking is never booked."""
        owner = client.prospect.owner if client.prospect else OWNERS
        for deal in client.desk.deals:
            value: dict[str, Fraction] = {}
            for number, term in enumerate(deal.agreement.terms):
                before = value.get(term.item)
                value[term.item] = term.gross or Fraction(0)
                if before is None or value[term.item] <= before:
                    continue
                name = f"{key}#{deal.id}{number}"
                if share(name) < self.company.design.booked_expansions:
                    more, who = _amounts((value[term.item] - before) * 12, client.desk.currency), client.prospect
                    write_deal(self.company, Deal(
                        name, client.name, owner, *more, "Expansion", None, term.start, term.start, True, 12, None,
                        client.country, who.industry if who else None, who.employees if who else None,
                        client.desk.customer, agreement=deal.agreement))  # fmt: skip

    def _signed(self, one: Signed) -> None:
        """A hand-signed deal: the amount is the total contract value."""
        key = f"hand/{one.customer_id}"
        account = sf_id("Account", self.seed, key)
        if ("salesforce", "Account", account) not in self.company.book.objects:
            opened = one.opened_at
            is_signed = one.signed_at <= self.until
            self._account(key, one.name, "Customer" if is_signed else "Prospect", one.country, opened,
                          one.signed_at if is_signed else opened)  # fmt: skip
            self.company.identities.append(Identity(
                "salesforce", account, one.customer_id, "customer", "Signed by hand, not in Stripe",
                one.signed_at))  # fmt: skip
        start = one.terms[0]["start_date"]
        write_deal(self.company, Deal(
            f"{key}#{one.terms[0]['contract_id']}", one.name, int(share(key) * OWNERS), *_amounts(
                Fraction(one.value) * 10 ** EXPONENT[one.terms[0]["currency"]], one.terms[0]["currency"]),
            "Renewal" if one.is_renewal else "New Business", "Outbound", one.opened_at, one.signed_at, True,
            one.months, midnight(start) + DAY // 2, one.country, None, None, one.customer_id, signed=one,
        ))  # fmt: skip


def worked_at(who: Prospect) -> int:
    """When somebody of Sales first looks at a lead, unless it became an opportunity before."""
    return who.lead_at + int((0.3 + 2 * share(who.key, "worked")) * DAY)


def ruled_at(who: Prospect) -> int:
    """When a lead that nothing will come of is ruled out."""
    return who.lead_at + int((3 + 20 * share(who.key, "ruled")) * DAY)


def is_warm(who: Prospect) -> bool:
    """Whether Sales finds the lead qualified when it looks at it."""
    return share(who.key, "warm") >= 0.7


def _amounts(minor: Fraction | int, currency: str) -> tuple[float, float, Fraction, str]:
    """Whole dollars at Salesforce's fixed rates, the customer's own money in units and in minor units, its currency."""
    units = float(minor) / 10 ** EXPONENT[currency]
    return float(round(units * DOLLARS[currency])), round(units, EXPONENT[currency]), Fraction(minor), currency


def _opened(client: Client) -> int:
    who = client.prospect
    return who.opened_at if who is not None and who.opened_at is not None else client.start


def left_at(client: Client) -> int | None:
    """When the last subscription ended; None while one goes on."""
    ends = [deal.agreement.ended_at for deal in client.desk.deals]
    if not ends or any(end is None for end in ends):
        return None
    return max(end for end in ends if end is not None)


def _account_type(company: Company, client: Client) -> tuple[str, int]:
    """Type and when it was last set."""
    paid = client.desk.first_paid_at
    if paid is None:
        return "Prospect", client.start
    left = left_at(client)
    if left is not None and share(company.seed, client.key, "retyped") < company.design.retyped:
        noticed = left + int((2 + 50 * share(client.key, "noticed")) * DAY)
        if noticed <= company.until:
            return "Former Customer", noticed
    return "Customer", max(paid, client.desk.deals[-1].body["created"])
