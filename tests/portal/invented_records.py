"""Invented records of MRR and of customers, which make up the invented figures of October 2026."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Connection

OCTOBER = date(2026, 10, 1)
MONEY_ROLES = ("executive", "finance", "analyst")
AMOUNTS = ("opening_mrr_usd", "new_usd", "reactivation_usd", "expansion_usd", "contraction_usd", "churn_usd",
           "lost_usd", "fx_usd", "committed_mrr_usd", "past_due_mrr_usd")  # fmt: skip


def records(
    connection: Connection, create: Callable[..., None], split: Sequence[tuple[str, str, str, int]], closing: int
) -> None:
    """MRR of October as items: a part's share is one item, Core's two, of 3 and 2 fifths; and a customer for each."""
    rows = []
    for product, plan, country, share in split:
        whole = closing * share / 100
        for number, amount in enumerate((whole * 3 / 5, whole * 2 / 5) if product == "Core" else (whole,), start=1):
            rows.append(
                (OCTOBER, True, f"si_{product}_{number}", "stripe", f"sub_{product}", date(2026, 9, 1),
                 f"{product} & Söhne <b>", product, plan, country, "Everywhere", "usd", "expansion", amount,
                 *(0 for _ in AMOUNTS))
            )  # fmt: skip
    amounts = ", ".join(f"{name} numeric" for name in AMOUNTS)
    create(
        connection,
        "mart_finance.mrr_records",
        "month date, is_complete boolean, record_id text, source text, subscription_id text, since_date date, "
        "customer_name text, product text, plan text, country text, region text, currency text, movement text, "
        f"closing_mrr_usd numeric, {amounts}",
        rows,
        MONEY_ROLES,
    )
    create(
        connection,
        "mart_finance.customer_records",
        "month date, is_complete boolean, record_id text, source text, customer_name text, country text, "
        "opening_mrr_usd numeric, closing_mrr_usd numeric, opening_count integer, active_count integer, "
        "new_count integer, reactivated_count integer, lost_count integer, churned_count integer",
        [(OCTOBER, True, f"cus_{country}", "stripe", country, country, 1, 2, 1, 1, 0, 0, 0, 0)
         for _, _, country, _ in split],
        MONEY_ROLES,
    )  # fmt: skip
