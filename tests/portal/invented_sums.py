"""Invented payments, debts and sign-ups: what else Live shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy import Connection

MONEY_ROLES = ("executive", "finance", "analyst")
SIGN_UP_ROLES = (*MONEY_ROLES, "product", "customer_success", "marketing")


def sums(connection: Connection, create: Callable[..., None], months: Sequence[date]) -> None:
    """Each month 300,000 dollars and 1,000 more, four failures, 900 dollars overdue of 5,900, and 30 sign-ups; the last
    month is running.
    """
    last = len(months) - 1
    create(
        connection,
        "mart_finance.payments_monthly",
        "month date, is_complete boolean, country text, region text, currency text, received_usd numeric, "
        "failed_count integer",
        [(month, at < last, "US", "North America", "usd", 300_000 + 1_000 * at, 4) for at, month in enumerate(months)],
        MONEY_ROLES,
    )
    create(
        connection,
        "mart_finance.receivables_monthly",
        "month date, is_complete boolean, bucket text, country text, region text, currency text, "
        "records_count integer, receivable_usd numeric, overdue_usd numeric, credit_usd numeric, disputed_usd numeric",
        [(month, at < last, bucket, "US", "North America", "usd", 1, owed, overdue, 0, 0)
         for at, month in enumerate(months) for bucket, owed, overdue in (("Current", 5_000, 0), ("1-30", 900, 900))],
        MONEY_ROLES,
    )  # fmt: skip
    create(
        connection,
        "mart_product.accounts_monthly",
        "month date, is_complete boolean, country text, region text, accounts_count integer",
        [(month, at < last, "US", "North America", 30) for at, month in enumerate(months)],
        SIGN_UP_ROLES,
    )
