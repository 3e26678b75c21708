"""The twelve planted discrepancies, one for each reason of the definitions, with amounts worked out by hand."""

from __future__ import annotations

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.reasons import reasons

PLANTED = {
    # It ended on 12 November; its people were in the product until then, within 28 days of the 22nd.
    "timing": ("product", "Just Left Ltd", "1"),
    # 13 seats × £45.60 a quarter × 4 = £2,371.20; at the budget's 1.363112 $3,232.21, at 1.308552 $3,102.84.
    "exchange_rate": ("finance", "Quarterdeck Ltd", "129.37"),
    # Fourteen days of trial since 12 November.
    "trial_counted": ("product", "Trial Balloon", "1"),
    # 12 × (1,000 + 1,500 + 2,250) = $57,000 for three years; the third year's 12 × 2,250 = $27,000 is in force.
    "total_contract_value": ("sales", "Ramparts & Ramp, Inc.", "30000.00"),
    # 24 × £900 at the CRM's 1.275 is $27,540; half of that is a year, which begins on 1 January 2027.
    "signed_not_live": ("sales", "Back to the Future plc", "13770.00"),
    # "Twin Peaks (old card)" has an account of its own.
    "duplicate_account": ("product", "Twin Peaks", "1"),
    # 24 × €333.33, entered as €7,999, are $8,759 at 1.095; a year of it, 3,999.96 ÷ 7,999 × 8,759, ended on 3 November.
    "churn_booked_late": ("sales", "Centime & Fils", "4380.00"),
    # Ten dollars off each month.
    "discount_ignored": ("finance", "O'Neill & Sons", "120.00"),
    # 19 % of (5 × €10.45 + 1,048 × €0.03) = €15.90 a month: with it €1,195.08 a year, $1,243.08; without it $1,044.61.
    "tax_included": ("finance", "Steuer & Verbrauch GmbH", "198.47"),
    # 1,751 units × $0.04 on 2 November, twelve times.
    "metered_usage_included": ("finance", "Metered Meadows", "840.48"),
    # 60 seats × $320 a year of our own.
    "internal_account": ("finance", "Meridian Works (staff)", "19200.00"),
    # 100 % off for ever.
    "active_not_paying": ("product", "Friends of Meridian", "1"),
}
"""Reason → department, customer, amount."""

BY_HAND = {"MW-0001": "Ramparts & Ramp, Inc.", "MW-0004": "Centime & Fils", "MW-0005": "Back to the Future plc"}


def found(company: Company, books: Books) -> dict[str, list[tuple[str, str, str]]]:
    """For each planted customer what the company says of it in that department for that reason."""
    names = {client.desk.customer: client.name for client in company.clients} | BY_HAND
    wanted = {(department, reason, customer) for reason, (department, customer, _) in PLANTED.items()}
    said: dict[str, list[tuple[str, str, str]]] = {}
    for one in reasons(company, books):
        name = names.get(one.customer, "")
        if (one.department, one.reason, name) in wanted:
            is_money = one.department in ("finance", "sales")
            amount = f"{one.amount // 100}.{one.amount % 100:02d}" if is_money else str(one.amount)
            said.setdefault(one.reason, []).append((one.department, name, amount))
    return said
