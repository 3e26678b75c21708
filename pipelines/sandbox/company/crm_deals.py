"""An opportunity's life: its stages, first guesses at its amount, hand-overs and shared credit, and their history.

Salesforce keeps two histories. OpportunityHistory has a row for each step and is always on. OpportunityFieldHistory has
one for each changed field, but only of fields that are tracked, and only since somebody switched that on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company.contracts import Signed
from pipelines.sandbox.company.crm_bodies import STAGES, history_body, moment, opportunity_body, sf_id, stamped
from pipelines.sandbox.company.crm_staff import REPS
from pipelines.sandbox.company.dice import share
from pipelines.sandbox.company.history import Agreement
from pipelines.sandbox.company.market import OWNERS
from pipelines.sandbox.company.simulation import Booking, Company
from pipelines.sandbox.company.times import DAY, at, day_of

PATH = (0.0, 0.14, 0.42, 0.74)  # when in a deal's life the stages begin
TRACKED_SINCE = at(2026, 8, 17)
"""When the fields of opportunities began to be tracked; guesses and hand-overs are told of deals opened since."""
PRICED = 2  # the step, Proposal, from which on the amount is what was offered
GUESSED, HANDED_OVER, SHARED = 0.35, 0.08, 0.09


@dataclass(frozen=True)
class Deal:
    """What becomes of an opportunity. `key` up to a `#` is the account's; `owner` is who closes it.

    `country`, `industry`, `employees` and `customer` (its record at Stripe, or the contract's) are the account's.
    `yearly`: what was offered, exact in minor units of the customer's own currency; `local` in its units, to the cent;
    `amount` in dollars at Salesforce's fixed rates. `agreement`: whose part it is; `signed`: what is signed by hand.
    """

    key: str
    name: str
    owner: int
    amount: float
    local: float
    yearly: Fraction
    currency: str
    kind: str
    source: str | None
    opened: int
    closed: int
    is_won: bool
    months: int
    start: int | None = None
    country: str = ""
    industry: str | None = None
    employees: int | None = None
    customer: str | None = None
    agreement: Agreement | None = None
    signed: Signed | None = None

    @property
    def has_life(self) -> bool:
        """Whether somebody worked on it, unlike one that is booked when it is won."""
        return self.closed > self.opened


@dataclass(frozen=True)
class Step:
    """An opportunity as one save left it."""

    at: int
    stage: str
    amount: float
    close: date
    owner: int


def write_deal(company: Company, deal: Deal) -> None:
    """An opportunity with its histories and splits, as far as it has come."""
    company.deals.append(deal)
    done = [step for step in steps(deal) if step.at <= company.until]
    last, owners = done[-1], [sf_id("User", company.seed, number) for number in range(OWNERS + 1)]
    opportunity = sf_id("Opportunity", company.seed, deal.key)
    is_closed = last.stage.startswith("Closed")
    begins = day_of(deal.start or deal.closed) if deal.is_won and is_closed else None
    body = opportunity_body(
        opportunity, f"{deal.name} – {deal.kind}", sf_id("Account", company.seed, deal.key.split("#")[0]),
        owners[last.owner], last.stage, last.amount, last.close, deal.kind, deal.source, begins,
        deal.months)  # fmt: skip
    body["Billing_Currency__c"] = deal.currency
    body["Amount_Local__c"] = deal.local if last.amount == deal.amount else None
    if is_closed and deal.is_won:
        company.bookings.append(Booking(
            opportunity, body["AccountId"], deal.kind, deal.amount, deal.local, deal.currency, deal.yearly,
            deal.agreement, deal.signed))  # fmt: skip
    company.book.put("salesforce", "Opportunity", stamped(body, deal.opened, last.at), deal.opened, last.at, "Id")
    for number, step in enumerate(done):
        told = history_body(opportunity, number, step.stage, step.amount, step.close, step.at, owners[step.owner])
        company.book.put("salesforce", "OpportunityHistory", told, step.at, step.at, "Id")
        if step.at >= TRACKED_SINCE:
            _track(company, opportunity, owners, done[number - 1] if number else None, step)
    if deal.has_life and len(done) > PRICED:
        _share(company, opportunity, owners, deal, done[PRICED])


def steps(deal: Deal) -> Iterator[Step]:
    """All saves of a deal, also those to come."""
    first = (deal.owner + 1 + int(share(deal.key, "before") * (OWNERS - 1))) % OWNERS
    is_tracked = deal.has_life and deal.opened >= TRACKED_SINCE
    was_handed = is_tracked and deal.owner < OWNERS and share(deal.key, "handed over") < HANDED_OVER
    guess = deal.amount
    if is_tracked and share(deal.key, "guessed") < GUESSED:
        guess = float(round(deal.amount * (0.7 + 0.6 * share(deal.key, "guess")), -2) or deal.amount)
    planned = deal.opened + int((45 + 50 * share(deal.key, "plan")) * DAY)
    for number, ((stage, _), done) in enumerate(zip(STAGES, PATH, strict=True) if deal.has_life else ()):
        now = deal.opened + int((deal.closed - deal.opened) * done)
        yield Step(now, stage, guess if number < PRICED else deal.amount, day_of(max(planned, now + 20 * DAY)),
                   first if was_handed and number == 0 else deal.owner)  # fmt: skip
    end = "Closed Won" if deal.is_won else "Closed Lost"
    yield Step(deal.closed, end, deal.amount, day_of(deal.closed), deal.owner)


def _track(company: Company, opportunity: str, owners: list[str], before: Step | None, step: Step) -> None:
    """A row for each tracked field that the save changed; of an owner two, one by name and one by id."""
    changes: list[tuple[str, str, object, object]] = []
    if before is None:
        changes.append(("created", "Text", None, None))
    else:
        names = [" ".join(REPS[one.owner]) for one in (before, step)]
        changes = [
            ("StageName", "DynamicEnum", before.stage, step.stage),
            ("Amount", "Currency", before.amount, step.amount),
            ("CloseDate", "DateOnly", before.close.isoformat(), step.close.isoformat()),
            ("Owner", "Text", names[0], names[1]),
            ("Owner", "EntityId", owners[before.owner], owners[step.owner]),
        ]
    for field, kind, old, new in changes:
        if old == new and before is not None:
            continue
        change = {
            "Id": sf_id("OpportunityFieldHistory", opportunity, step.stage, field, kind), "OpportunityId": opportunity,
            "Field": field, "DataType": kind, "OldValue": old, "NewValue": new, "CreatedById": owners[step.owner],
            "CreatedDate": moment(step.at), "IsDeleted": False,
        }  # fmt: skip
        company.book.put("salesforce", "OpportunityFieldHistory", change, step.at, step.at, "Id")


def shares(deal: Deal) -> tuple[tuple[int, float], ...]:
    """Whose the credit is, in percent, where somebody shares it with the owner; nobody where not."""
    if deal.owner == OWNERS or share(deal.key, "shared") >= SHARED:
        return ()
    other = (deal.owner + 1 + int(share(deal.key, "with") * (OWNERS - 1))) % OWNERS
    part = (20.0, 30.0, 40.0, 50.0)[int(share(deal.key, "part") * 4)]
    return (deal.owner, 100 - part), (other, part)


def _share(company: Company, opportunity: str, owners: list[str], deal: Deal, step: Step) -> None:
    """The owner and a colleague share the credit for some deals, from the proposal on."""
    for owner, percentage in shares(deal):
        split = {
            "Id": sf_id("OpportunitySplit", opportunity, owner), "OpportunityId": opportunity,
            "SplitOwnerId": owners[owner], "SplitPercentage": percentage,
            "SplitAmount": round(deal.amount * percentage / 100, 2), "SplitNote": None,
            "SplitTypeId": sf_id("OpportunitySplitType", company.seed, "Revenue"),
        }  # fmt: skip
        company.book.put("salesforce", "OpportunitySplit", stamped(split, step.at, step.at), step.at, step.at, "Id")
