"""Invented claims for the Reconciliation page: two departments claim too much, one counts twice, one is silent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import Connection

STEPS = (
    ("sales", "arr", "usd", 70, "signed_not_live", "Signed but not live", True, 1, 100_000.25),
    ("sales", "arr", "usd", 130, "change_not_booked", "Change not booked in the CRM", True, 1, -20_000),
    ("finance", "arr", "usd", 140, "discount_ignored", "Discount ignored", True, 30, 1_500),
    ("finance", "arr", "usd", 240, "unexplained", "Unexplained", False, 1, 12.75),
    ("marketing", "active_customers", "count", 30, "duplicate_account", "Duplicate account", True, 1, 1),
)
READS_CLAIMS = ("executive", "finance", "sales", "product", "marketing", "analyst")


def claims(connection: Connection, create: Callable[..., None]) -> None:
    """Sales claims 80,000.25 too much of 1,000,000, Finance 1,512.75, of which 12.75 has no reason; Product nothing."""
    compared = [
        ("sales", "arr", "usd", "salesforce", True, date(2026, 11, 22), 1_080_000.25, 1_080_000.25, 1_000_000, 40, 2),
        ("finance", "arr", "usd", "stripe", True, None, None, 1_001_512.75, 1_000_000, 90, 31),
        ("marketing", "active_customers", "count", "salesforce", True, None, None, 11, 10, 11, 1),
        ("product", "active_customers", "count", "production", False, None, None, None, 10, 0, 0),
    ]
    create(
        connection,
        "mart_executive.claims_compared",
        "department text, metric text, unit text, system text, has_source boolean, reported_date date, reported_value "
        "numeric, recomputed_value numeric, claimed_value numeric, certified_value numeric, difference numeric, "
        "records_count bigint, differing_count bigint",
        [(*row[:7], row[7], row[7], row[8], None if row[7] is None else row[7] - row[8], *row[9:]) for row in compared],
        READS_CLAIMS,
    )
    create(
        connection,
        "mart_executive.claims_steps",
        "department text, metric text, unit text, step integer, reason text, reason_label text, is_explained boolean, "
        "records_count bigint, amount numeric",
        STEPS,
        READS_CLAIMS,
    )
    rows = [
        (*step[:6], "stripe", f"sub_{step[0]}_{number}", f"cus_{number}", f"<b>{step[0]}</b> & Söhne {number}",
         step[8] / step[7])
        for step in STEPS
        for number in range(step[7])
    ]  # fmt: skip
    create(
        connection,
        "mart_executive.claims_bridge",
        "department text, metric text, unit text, step integer, reason text, reason_label text, system text, record_id "
        "text, customer_id text, customer_name text, amount numeric",
        rows,
        READS_CLAIMS,
    )
