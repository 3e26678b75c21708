"""claims.csv: what each department reports on the clock's day, each figure worked out the department's own way."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.sandbox import claims
from pipelines.sandbox.company.simulation import Company

READ = {
    ("stripe", "subscription"), ("stripe", "invoice"),
    ("salesforce", "Account"), ("salesforce", "Opportunity"), ("production", "accounts"),
    ("production", "users"),
}  # fmt: skip
"""What the departments look at; the rest of the book stays unparsed."""


def claim_rows(company: Company, now: datetime, today: date) -> list[dict[str, Any]]:
    """The four claims, in the order finance, sales, product, marketing.

    Earlier days have no rows: a vendor's objects say what is so now, and a department that looks back sees that, too.

    Args:
        company: as of `now`.
        now: the clock, in UTC.
        today: its day in the reporting time zone.
    """
    held: dict[str, dict[str, list[Any]]] = {"stripe": {}, "salesforce": {}, "production": {}}
    for one in company.book.objects.values():
        if (one.vendor, one.kind) in READ and (one.kind != "invoice" or b'"usage_type":"metered"' in one.raw):
            held[one.vendor].setdefault(one.kind, []).append(one.body)
    for vendor, kind in READ:
        held[vendor].setdefault(kind, [])  # of invoices only those with usage: Finance asks for no other
    rates = claims.budget_rates(company.files["exchange_rates"], today)
    salesforce, production = held["salesforce"], held["production"]
    said: tuple[tuple[str, str, Decimal | int, str, str], ...] = (
        ("finance", "arr", claims.finance_arr(held["stripe"], rates), "List prices at the budget's rates", "Stripe"),
        ("sales", "arr", claims.sales_arr(salesforce), "Won deals of customers", "Salesforce"),
        ("product", "active_customers", claims.product_active_customers(production, now), "Seen in the last 28 days",
         "Production database"),
        ("marketing", "active_customers", claims.marketing_customers(salesforce), "Accounts typed Customer",
         "Salesforce"),
    )  # fmt: skip
    return [
        {"claimed_on": today, "department": department, "metric": metric, "value": value, "note": note,
         "source": source}
        for department, metric, value, note, source in said
    ]  # fmt: skip
