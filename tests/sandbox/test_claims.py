"""The customer's quarrel: four departments, four figures, none of them the certified one."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from pipelines.sandbox import claims
from pipelines.sandbox.claims_file import claim_rows
from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.closing import close_books
from pipelines.sandbox.company.times import ANCHOR
from tests.sandbox.planted import PLANTED, found

NOW = datetime.fromtimestamp(ANCHOR, UTC)


def bodies(company: Company, vendor: str) -> dict[str, list[Any]]:
    kinds: dict[str, list[Any]] = defaultdict(list)
    for held in company.book.objects.values():
        if held.vendor == vendor:
            kinds[held.kind].append(held.body)
    return kinds


def subscription(status: str, amount: int, quantity: int, currency: str = "usd", **plan: Any) -> dict[str, Any]:
    priced = {"amount": amount, "currency": currency, "interval": "month", "interval_count": 1,
              "usage_type": "licensed", **plan}  # fmt: skip
    return {"id": "sub_0", "status": status, "items": {"data": [{"plan": priced, "quantity": quantity}]}}


def test_finance_takes_list_prices_of_active_and_past_due_at_the_budget_rate() -> None:
    stripe = {"subscription": [
        subscription("active", 1000, 2), subscription("past_due", 120000, 1, interval="year"),
        subscription("trialing", 9900, 9), subscription("canceled", 9900, 9),
        subscription("active", 5, 1, usage_type="metered"), subscription("active", 3000, 1, "jpy", interval_count=3),
    ]}  # fmt: skip
    rates = {"usd": Decimal(1), "jpy": Decimal("0.0065")}
    assert claims.finance_arr(stripe, rates) == Decimal("240.00") + Decimal("1200.00") + Decimal("78.00")


def test_finance_adds_usage_and_tax_as_the_newest_renewal_bills_them() -> None:
    def invoice(number: str, created: int, reason: str, status: str, used: int) -> dict[str, Any]:
        lines = [{"amount": used, "plan": {"usage_type": "metered"}},
                 {"amount": 1000, "plan": {"usage_type": "licensed"}}, {"amount": 7, "plan": None}]  # fmt: skip
        return {"id": number, "created": created, "billing_reason": reason, "status": status, "tax": 55,
                "subscription": "sub_1", "lines": {"data": lines}}  # fmt: skip

    licensed, metered = (subscription("active", 1000, 1, usage_type=usage) for usage in ("licensed", "metered"))
    items = [*licensed["items"]["data"], *metered["items"]["data"]]
    stripe = {
        "subscription": [{"id": "sub_1", "status": "active", "items": {"data": items}}],
        "invoice": [invoice("in_3", 30, "subscription_update", "paid", 1), invoice("in_2", 20, "subscription_cycle",
                    "open", 300), invoice("in_1", 10, "subscription_cycle", "paid", 2),
                    invoice("in_4", 40, "subscription_cycle", "void", 3)],
    }  # fmt: skip
    assert claims.finance_arr(stripe, {"usd": Decimal(1)}) == 12 * Decimal("13.55")  # 10.00 + 3.00 + 0.55


def test_the_budget_rate_is_the_latest_up_to_new_years_day() -> None:
    rates = [{"rate_date": date(2025, 12, 31), "currency": "eur", "usd_per_unit": "1.11"},
             {"rate_date": date(2026, 1, 2), "currency": "eur", "usd_per_unit": "1.22"}]  # fmt: skip
    assert claims.budget_rates(rates, date(2026, 11, 22)) == {"eur": Decimal("1.11")}


def test_sales_adds_what_was_won_from_accounts_typed_customer() -> None:
    def deal(account: str, amount: float, kind: str = "New Business", won: bool = True) -> dict[str, Any]:
        return {"AccountId": account, "Amount": amount, "Type": kind, "IsWon": won, "IsDeleted": False}

    salesforce = {
        "Account": [{"Id": "A", "Type": "Customer", "IsDeleted": False},
                    {"Id": "B", "Type": "Former Customer", "IsDeleted": False}],
        "Opportunity": [deal("A", 36000), deal("A", 5, "Expansion"), deal("A", 7, "Renewal"), deal("B", 9),
                        deal("A", 11, won=False)],
    }  # fmt: skip
    assert claims.sales_arr(salesforce) == 36005
    assert claims.marketing_customers(salesforce) == 1


def test_product_counts_accounts_seen_in_28_days() -> None:
    production = {
        "accounts": [{"id": 1, "deleted_at": None}, {"id": 2, "deleted_at": None},
                     {"id": 3, "deleted_at": "2026-11-20T00:00:00Z"}],
        "users": [{"account_id": 1, "last_seen_at": "2026-10-25T11:00:00Z"},
                  {"account_id": 2, "last_seen_at": "2026-10-25T10:59:59Z"},
                  {"account_id": 2, "last_seen_at": None}, {"account_id": 3, "last_seen_at": "2026-11-01T00:00:00Z"}],
    }  # fmt: skip
    assert claims.product_active_customers(production, NOW) == 1


@pytest.mark.slow
@pytest.mark.campaign  # 75 CPU-seconds; what each department would say is held at scale small above
def test_at_scale_demo_the_departments_quarrel_as_the_customer_said() -> None:
    company = simulate(20240101, "demo", ANCHOR)
    stripe, salesforce, production = (bodies(company, name) for name in ("stripe", "salesforce", "production"))
    rates = claims.budget_rates(company.files["exchange_rates"], NOW.date())
    said = {
        "finance": float(claims.finance_arr(stripe, rates)),
        "sales": float(claims.sales_arr(salesforce)),
        "product": claims.product_active_customers(production, NOW),
        "marketing": claims.marketing_customers(salesforce),
    }
    wanted = {"finance": 12_300_000, "sales": 13_100_000, "product": 4_500, "marketing": 5_200}
    assert said == {name: pytest.approx(figure, rel=0.005) for name, figure in wanted.items()}
    books = close_books(company, ZoneInfo("America/New_York"))
    last = [one for one in books.customers if one.close == books.months[-1] and one.closing]
    certified = 12 * sum(one.closing for one in last) / 100
    assert certified == pytest.approx(12_000_000, rel=0.01)
    assert len(last) == pytest.approx(4_380, rel=0.01)
    assert found(company, books) == {reason: [told] for reason, told in PLANTED.items()}
    rows = len(company.book.objects) + sum(
        len(body["lines"]["data"]) for body in stripe["invoice"]
    )  # as a loader counts them
    assert rows < 700_000


def test_the_file_of_claims_says_what_each_department_would() -> None:
    company = simulate(20240101, "small", ANCHOR)
    stripe, salesforce, production = (bodies(company, name) for name in ("stripe", "salesforce", "production"))
    rates = claims.budget_rates(company.files["exchange_rates"], NOW.date())
    rows = claim_rows(company, NOW, NOW.date())
    assert [(row["claimed_on"], row["department"], row["metric"], row["value"]) for row in rows] == [
        (date(2026, 11, 22), "finance", "arr", claims.finance_arr(stripe, rates)),
        (date(2026, 11, 22), "sales", "arr", claims.sales_arr(salesforce)),
        (date(2026, 11, 22), "product", "active_customers", claims.product_active_customers(production, NOW)),
        (date(2026, 11, 22), "marketing", "active_customers", claims.marketing_customers(salesforce)),
    ]
