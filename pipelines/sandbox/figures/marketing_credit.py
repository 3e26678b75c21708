"""Who gets the credit for a deal: each rule of attribution over the touches of its thirty days before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from fractions import Fraction
from math import floor

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, who_is_who
from pipelines.sandbox.company.crm_bodies import sf_id
from pipelines.sandbox.figures.marketing_people import Kinds, Person, Touch
from pipelines.sandbox.figures.tally import Row

CUTS = ("channel", "campaign")
MODELS = ("first_touch", "last_touch", "linear", "position", "time_decay")
METRICS = (("attributed_deals", "/"), ("attributed_won_deals", "/"), ("attributed_customers", "/"),
           ("attributed_mrr", "*"))  # fmt: skip
LOOK_BACK, HALF_LIFE = 30 * 86_400_000, 7 * 86_400_000
WHOLE = 1_000_000
NOBODY = {"channel": "Unattributed", "campaign": "Unattributed"}
EXACT = Context(prec=40)
Credits = list[tuple[Mapping[str, str], int]]
"""Channel and campaign, and millionths."""


@dataclass(frozen=True)
class Deal:
    """A deal of new business: its record, customer, months, and the touches before it was opened."""

    id: str
    customer: str
    opened: int
    closes: date
    is_won: bool
    touches: Sequence[Touch]


def credited(company: Company, books: Books, held: Kinds, known: Mapping[str, Person]) -> Mapping[str, list[Row]]:
    """For each rule: month, channel and campaign; the parts of deals opened, won, of customers; and cents of MRR."""
    deals = _deals(company, held, known)
    firsts: dict[str, Deal] = {}
    for deal in sorted(deals, key=lambda one: (one.closes, one.opened, one.id)):
        if deal.is_won:
            firsts.setdefault(deal.customer, deal)
    newest = books.months[-1].month
    found: dict[str, list[Row]] = {}
    for model in MODELS:
        rows = found[model] = []
        shared = {deal.id: _credits(model, deal) for deal in deals}
        for deal in deals:
            opened = datetime.fromtimestamp(deal.opened / 1000, UTC).astimezone(books.zone).date().replace(day=1)
            closes = deal.closes.replace(day=1)
            for parts, part in shared[deal.id]:
                rows.append((opened, parts, (part, 0, 0, 0)))
                if deal.is_won and closes <= newest:
                    rows.append((closes, parts, (0, part, 0, 0)))
        for one in books.customers:
            if one.case == "new":
                deal_of = firsts.get(one.customer)
                credits = shared[deal_of.id] if deal_of else [(NOBODY, WHOLE)]
                new = one.leg("new")
                cents = split(new, [Fraction(part) for _, part in credits]) if len(credits) > 1 else [new]
                rows += [(one.close.month, parts, (0, 0, part, its))
                         for (parts, part), its in zip(credits, cents, strict=True)]  # fmt: skip
    return found


def split(whole: int, weights: Sequence[Fraction | Decimal]) -> list[int]:
    """A whole number shared out by weight: rounded down, and what is left goes to who lost most, the earlier first."""
    total = sum(weights[1:], weights[0])
    exact = [_times(weight, whole, total) for weight in weights]
    parts = [floor(one) for one in exact]
    for at in sorted(range(len(parts)), key=lambda at: (parts[at] - exact[at], at))[: whole - sum(parts)]:
        parts[at] += 1
    return parts


def _times(weight: Fraction | Decimal, whole: int, total: Fraction | Decimal) -> Fraction | Decimal:
    if isinstance(weight, Decimal) and isinstance(total, Decimal):
        return EXACT.divide(weight * whole, total)
    return Fraction(weight) * whole / Fraction(total)


def _credits(model: str, deal: Deal) -> Credits:
    """Millionths of the deal for each touch that has some."""
    if not deal.touches:
        return [(NOBODY, WHOLE)]
    named = [{"channel": touch.channel, "campaign": touch.campaign} for touch in deal.touches]
    last = len(deal.touches) - 1
    if last == 0:
        return [(named[0], WHOLE)]
    weights: list[Fraction | Decimal] = []
    for at, touch in enumerate(deal.touches):
        if model == "first_touch":
            weights.append(Fraction(at == 0))
        elif model == "last_touch":
            weights.append(Fraction(at == last))
        elif model == "linear" or (model == "position" and last < 2):
            weights.append(Fraction(1))
        elif model == "position":
            weights.append(Fraction(40) if at in (0, last) else Fraction(20, last - 1))
        else:
            age = EXACT.divide(Decimal(deal.opened - touch.at), Decimal(HALF_LIFE))
            weights.append(EXACT.power(Decimal("0.5"), age))
    parts = split(WHOLE, weights)
    return [(name, part) for name, part, weight in zip(named, parts, weights, strict=True) if weight]


def _deals(company: Company, held: Kinds, known: Mapping[str, Person]) -> list[Deal]:
    """New business at Salesforce that counts, each with the touches of the lead that it came of."""
    leads = {sf_id("Opportunity", company.seed, who.key): f"contact@{who.domain}" for who in company.leads
             if not who.is_migrated and who.opened_at is not None}  # fmt: skip
    same, left_out = who_is_who(company)
    owners: dict[str, str] = {}
    for one in held[("salesforce", "Account")]:
        paying = one.body.get("Stripe_Customer_Id__c")
        other = same.get(("stripe", paying), paying) if paying else one.id
        owners[one.id] = same.get(("salesforce", one.id), other)
    deals = []
    for one in held[("salesforce", "Opportunity")]:
        body = one.body
        customer = owners[body["AccountId"]]
        if body["Type"] != "New Business" or body["IsDeleted"] or customer in left_out:
            continue
        opened = int(datetime.strptime(body["CreatedDate"], "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)
        touches = known[leads[one.id]].touches if leads.get(one.id) in known else []
        before = [touch for touch in touches if opened - LOOK_BACK <= touch.at <= opened]
        closes = date.fromisoformat(body["CloseDate"])
        deals.append(Deal(one.id, customer, opened, closes, body["IsWon"], before))
    return deals
