"""The files that no vendor has: costs, budget, bank balances, targets, quotas, rates, contracts, identities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from pipelines.sandbox.company.catalog import EXPONENT
from pipelines.sandbox.company.contracts import Signed, month_later
from pipelines.sandbox.company.crm_bodies import sf_id
from pipelines.sandbox.company.crm_staff import REPS
from pipelines.sandbox.company.dice import dice
from pipelines.sandbox.company.history import Receipt
from pipelines.sandbox.company.market import OWNERS
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import DAY, day_of
from pipelines.sandbox.company.truth import RATE_UNIT

Rows = list[dict[str, Any]]
FIRST_MONTH = date(2024, 1, 1)
PRODUCT_SHARE = (("Core", 0.47), ("Insights", 0.19), ("Automate", 0.16), ("Connect", 0.08), ("Vault", 0.07),
                 ("Beacon", 0.03))  # fmt: skip
OPENING_CASH = 7_400_000
ROUND = (date(2025, 3, 18), 9_500_000)  # the series B


def months_until(day: date) -> Iterator[date]:
    """First days of the months from January 2024 up to the day's own month."""
    month = FIRST_MONTH
    while month <= day:
        yield month
        month = month_later(month, 1)


def planned_mrr(company: Company, month: date) -> float:
    """The plan of January 2024: from 252,000 dollars a month, four times as much in 34 months."""
    age = (month.year - 2024) * 12 + month.month - 1
    growth: float = 3.98 ** (age / 34)
    return 252_000 * company.design.size * growth


def cost_rows(company: Company, month: date) -> Rows:
    """What a month costs; drawn from the month's own dice."""
    roll = dice(company.seed, "costs", month)
    plan = planned_mrr(company, month)
    size = company.design.size

    def row(department: str, category: str, share: float, fixed: float = 0, product: str = "") -> dict[str, Any]:
        amount = (share * plan + fixed * size) * (1 + 0.03 * float(roll.standard_normal()))
        return {"month": month, "department": department, "category": category,
                "is_cost_of_revenue": department == "Cost of revenue", "product": product, "currency": "usd",
                "amount": f"{amount:.2f}"}  # fmt: skip

    rows = []
    for product, share in PRODUCT_SHARE:
        rows.append(row("Cost of revenue", "Hosting", 0.113 * share, 0, product))
        rows.append(row("Cost of revenue", "Support", 0.068 * share, 0, product))
    rows.append(row("Cost of revenue", "Payment fees", 0.028))
    rows.append(row("Cost of revenue", "Shared infrastructure", 0.022))
    for department, category, share, fixed in (
        ("Sales and marketing", "Salaries", 0.35, 60_000), ("Sales and marketing", "Advertising", 0.16, 10_000),
        ("Sales and marketing", "Events", 0.04, 4_000), ("Research and development", "Salaries", 0.36, 95_000),
        ("Research and development", "Tools", 0.03, 3_000), ("General and administrative", "Salaries", 0.11, 42_000),
        ("General and administrative", "Rent", 0.02, 15_000), ("General and administrative", "Legal", 0.02, 6_000),
    ):  # fmt: skip
        rows.append(row(department, category, share, fixed))
    return rows


def costs(company: Company) -> Rows:
    """Complete months only: the books of a month close after it."""
    today = day_of(company.until)
    return [row for month in months_until(today) if month_later(month, 1) <= today
            for row in cost_rows(company, month)]  # fmt: skip


def budget(company: Company) -> Rows:
    """The board's budget to the end of next year."""
    rows: Rows = []
    for month in months_until(date(day_of(company.until).year + 1, 12, 1)):
        plan = planned_mrr(company, month)
        size = company.design.size
        lines = (("ARR", 12 * plan), ("Revenue", plan * 0.99), ("Cost of revenue", 0.222 * plan),
                 ("Sales and marketing", 0.52 * plan + 74_000 * size),
                 ("Research and development", 0.385 * plan + 98_000 * size),
                 ("General and administrative", 0.15 * plan + 61_000 * size))  # fmt: skip
        rows += [{"month": month, "line": line, "currency": "usd", "amount": f"{amount:.2f}"} for line, amount in lines]
    return rows


def _daily_costs(company: Company, days: Iterable[date]) -> dict[date, float]:
    """Costs as they are paid: salaries on the 26th, the rest on the 8th and spread over the month."""
    paid: dict[date, float] = {}
    for month in {day.replace(day=1) for day in days}:
        for row in cost_rows(company, month):
            amount = float(row["amount"])
            if row["category"] == "Salaries":
                spread = {month.replace(day=26): 1.0}
            else:
                spread = {month.replace(day=8): 0.6, month.replace(day=15): 0.2, month.replace(day=22): 0.2}
            for day, share in spread.items():
                paid[day] = paid.get(day, 0.0) + share * amount
    return paid


def _daily_receipts(company: Company, receipts: Iterable[Receipt], contracts: Iterable[Signed]) -> dict[date, float]:
    """Dollars that reach the bank: card money two days later, contracts monthly on the 12th."""
    came: dict[date, float] = {}
    for receipt in receipts:
        day = day_of(receipt.at + 2 * DAY)
        rate = company.rates.on(receipt.currency, day) / RATE_UNIT / 10 ** EXPONENT[receipt.currency]
        sign = 1 if receipt.kind == "payment" else -1
        came[day] = came.get(day, 0.0) + sign * receipt.amount * rate
    for signed in contracts:
        for term in signed.terms:
            last = min(term["end_date"] or date.max, day_of(company.until))
            month = term["start_date"].replace(day=12)
            while month < last:
                rate = company.rates.on(term["currency"], month) / RATE_UNIT
                came[month] = came.get(month, 0.0) + float(term["monthly_amount"]) * rate
                month = month_later(month, 1)
    return came


def bank_balances(company: Company, contracts: Iterable[Signed]) -> Rows:
    """Three accounts, each day up to the day before the clock's."""
    last = day_of(company.until) - timedelta(days=1)
    days = [date(2023, 12, 31) + timedelta(days=n) for n in range((last - date(2023, 12, 31)).days + 1)]
    came, paid = _daily_receipts(company, company.diary.receipts, contracts), _daily_costs(company, days)
    size = company.design.size
    cash, rows = OPENING_CASH * size, []
    shocks = {name: dice(company.seed, "bank", name).standard_normal(len(days)) for name in ("eur", "gbp")}
    levels = {"eur": 0.0, "gbp": 0.0}
    for number, day in enumerate(days):
        cash += came.get(day, 0.0) - paid.get(day, 0.0) + (ROUND[1] * size if day == ROUND[0] else 0)
        rows.append(_balance(day, "Operating USD", "usd", cash))
        for currency, base in (("eur", 310_000), ("gbp", 190_000)):
            levels[currency] = 0.97 * levels[currency] + 0.02 * float(shocks[currency][number])
            name = f"Collections {currency.upper()}"
            rows.append(_balance(day, name, currency, base * size * (1 + levels[currency])))
    return rows


def _balance(day: date, account: str, currency: str, balance: float) -> dict[str, Any]:
    minor = round(balance * 100)
    sign = "-" if minor < 0 else ""
    return {"balance_date": day, "account": account, "currency": currency, "minor": minor,
            "balance": f"{sign}{abs(minor) // 100}.{abs(minor) % 100:02d}"}  # fmt: skip


def targets(company: Company) -> Rows:
    """What the board asked for, month by month to the end of next year."""
    rows: Rows = []
    for month in months_until(date(day_of(company.until).year + 1, 12, 1)):
        plan, size = planned_mrr(company, month), company.design.size
        age = (month.year - 2024) * 12 + month.month - 1
        wanted = {
            "arr": f"{12 * plan:.0f}", "net_mrr": f"{plan:.0f}",
            "active_customers": f"{size * 1090 * 3.99 ** (age / 34):.0f}",
            "nrr": "0.98", "gross_mrr_churn": "0.022", "gross_margin": "0.78", "cash_runway": "20",
            "win_rate": "0.57", "open_pipeline": f"{2.6 * plan:.0f}",
        }  # fmt: skip
        rows += [{"metric": metric, "month": month, "target": target} for metric, target in wanted.items()]
    return rows


def exchange_rates(company: Company) -> Rows:
    return [
        {"rate_date": day, "currency": currency, "usd_per_unit": f"{value / RATE_UNIT:.8f}"}
        for currency, values in company.rates.values.items()
        for day, value in zip(company.rates.days[currency], values, strict=True)
    ]


def contract_rows(contracts: Iterable[Signed]) -> Rows:
    return [
        {**term, "monthly_amount": f"{term['monthly_amount']:.{EXPONENT[term['currency']]}f}"}
        for signed in contracts
        for term in signed.terms
    ]


def identity_rows(company: Company) -> Rows:
    """Only what somebody has found out by now."""
    return [
        {"source": one.source, "source_id": one.source_id, "customer_id": one.customer_id, "kind": one.kind,
         "reason": one.reason, "known_on": day_of(one.known_at)}
        for one in company.identities
        if one.known_at <= company.until
    ]  # fmt: skip


def quotas(company: Company) -> Rows:
    """A quota for each rep and quarter; it grows with the plan and was changed for two reps in the middle of 2025."""
    rows: Rows = []
    for rep, (given, family) in enumerate(REPS[:OWNERS]):
        for month in months_until(date(day_of(company.until).year, 12, 1)):
            if month.month % 3 != 1:
                continue
            amount = 0.2 * planned_mrr(company, month) * (1.25 if rep < 2 and month >= date(2025, 7, 1) else 1.0)
            rows.append({
                "rep_id": sf_id("User", company.seed, rep), "rep_name": f"{given} {family}", "period_start": month,
                "period_end": month_later(month, 3), "currency": "usd",
                "amount": f"{round(amount, -2):.2f}"})  # fmt: skip
    return rows
