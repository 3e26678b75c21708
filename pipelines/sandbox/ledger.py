"""The ledger of truth: what the company itself knows, to judge the warehouse by.

SQLite file `home/sandbox/ledger.db`; money as whole cents in the file, as Decimal dollars when read.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pandas as pd

from app.errors import DependencyMissing
from app.settings import Settings
from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books, close_books, who_is_who
from pipelines.sandbox.company.streams import STREAMS, control
from pipelines.sandbox.company.truth import LEGS, CustomerMonth
from pipelines.sandbox.figures import figures
from pipelines.sandbox.reasons import reasons

_MONEY = ("closing_mrr_usd", "opening_mrr_usd", *(f"{leg}_usd" for leg in LEGS), "fx_usd", "invoiced_revenue_usd",
          "cash_usd")  # fmt: skip
_TABLES: dict[str, tuple[str, ...]] = {
    "month": ("month", "is_complete", "closing_mrr_usd", *(f"{leg}_usd" for leg in LEGS), "fx_usd",
              "active_customers", "new_customers", "churned_customers", "reactivated_customers",
              "invoiced_revenue_usd", "cash_usd"),
    "customer_month": ("month", "customer_id", "closing_mrr_usd", "opening_mrr_usd", *(f"{leg}_usd" for leg in LEGS),
                       "fx_usd", "is_within_month"),
    "invoice": ("invoice_id", "stripe_customer_id", "customer_id", "currency", "finalized_at", "net_minor",
                "total_minor", "is_void", "is_left_out"),
    "payment": ("charge_id", "stripe_customer_id", "invoice_id", "currency", "paid_at", "amount_minor"),
    "refund": ("refund_id", "stripe_customer_id", "invoice_id", "currency", "refunded_at", "amount_minor"),
    "lead": ("lead_id", "created_at", "source", "country", "is_converted"),
    "deal": ("opportunity_id", "account_id", "kind", "created_at", "close_date", "stage", "is_won", "is_closed",
             "amount_usd"),
    "stream": ("source", "stream", "row_count", "digest", "total"),
    "figure": ("metric", "cut", "month", "part", "value"),
    "claim_reason": ("department", "reason", "system", "record_id", "customer_id", "amount"),
}  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """One frame per table. Money columns `_usd` of month and customer_month are Decimal dollars, months are dates."""

    month: pd.DataFrame
    customer_month: pd.DataFrame
    invoice: pd.DataFrame
    payment: pd.DataFrame
    refund: pd.DataFrame
    lead: pd.DataFrame
    deal: pd.DataFrame
    stream: pd.DataFrame
    figure: pd.DataFrame
    claim_reason: pd.DataFrame


def ledger_path(settings: Settings) -> Path:
    return settings.home / "sandbox" / "ledger.db"


def write_ledger(settings: Settings, company: Company) -> None:
    """Close the books and put the new file in the old one's place at one stroke."""
    books = close_books(company, settings.timezone)
    path = ledger_path(settings)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    connection = sqlite3.connect(fresh)
    connection.execute("pragma synchronous = off")
    connection.execute("pragma journal_mode = off")
    for table, rows in _rows(company, books).items():
        columns = _TABLES[table]
        connection.execute(f"create table {table} ({', '.join(columns)})")
        connection.executemany(f"insert into {table} values ({', '.join('?' * len(columns))})", rows)
    connection.commit()
    connection.close()
    os.replace(fresh, path)


def is_of_this_form(path: Path) -> bool:
    """Whether there is a ledger with every table and column that is read today; one of an older version has not."""
    if not path.exists():
        return False
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        return all(
            tuple(row[1] for row in connection.execute(f"pragma table_info({table})")) == columns
            for table, columns in _TABLES.items()
        )
    finally:
        connection.close()


def read_ledger(settings: Settings) -> Ledger:
    """The whole ledger.

    Raises:
        DependencyMissing: there is no sandbox company in this home, or its ledger is of another version.
    """
    path = ledger_path(settings)
    if not path.exists():
        raise DependencyMissing(
            f"There is no ledger at {path}: the sandbox company has not been born here. Run `plumbline up` first."
        )
    if not is_of_this_form(path):
        raise DependencyMissing(
            f"The ledger at {path} was kept by another version of Plumbline, which did not write down all that is "
            "compared today. Run `plumbline up`: the same company keeps it anew."
        )
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        frames = {table: _typed(pd.read_sql(f"select * from {table}", connection)) for table in _TABLES}
    finally:
        connection.close()
    return Ledger(**frames)


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Cents to Decimal dollars, texts to dates and instants."""
    for column in frame.columns:
        if column in _MONEY:
            frame[column] = pd.Series([Decimal(int(cents)) / 100 for cents in frame[column]], dtype=object)
        elif column == "month":
            frame[column] = pd.Series([date.fromisoformat(text) for text in frame[column]], dtype=object)
        elif column.startswith("is_"):
            frame[column] = frame[column].astype(bool)
    return frame


def _rows(company: Company, books: Books) -> dict[str, Iterable[tuple[Any, ...]]]:
    same, left_out = who_is_who(company)

    def customer(stripe: str) -> str:
        return same.get(("stripe", stripe), stripe)

    payments = [one for one in company.diary.receipts if one.kind == "payment"]
    refunds = [one for one in company.diary.receipts if one.kind == "refund"]
    return {
        "month": _months(books),
        "customer_month": ((one.close.month.isoformat(), one.customer, one.closing, one.opening,
                            *(one.leg(leg) for leg in LEGS), one.fx, one.is_within_month) for one in books.customers),
        "invoice": ((one.id, one.customer, customer(one.customer), one.currency, one.finalized_at, one.net, one.total,
                     one.is_void, customer(one.customer) in left_out) for one in company.diary.bills),
        "payment": ((one.id, one.customer, one.bill, one.currency, one.at, one.amount) for one in payments),
        "refund": ((one.id, one.customer, one.bill, one.currency, one.at, one.amount) for one in refunds),
        "lead": _leads(company),
        "deal": _deals(company),
        # SQLite's integers end at 64 bits: sums of hashes and exact amounts are kept as text.
        "stream": ((one.source, one.stream, one.row_count, str(one.digest), str(one.total))
                   for one in (control(company, told) for told in STREAMS)),
        "figure": _figures(company, books),
        "claim_reason": ((one.department, one.reason, one.system, one.record, one.customer, one.amount)
                         for one in reasons(company, books)),
    }  # fmt: skip


def _months(books: Books) -> Iterator[tuple[Any, ...]]:
    by_month: dict[date, list[CustomerMonth]] = {close.month: [] for close in books.months}
    for one in books.customers:
        by_month[one.close.month].append(one)
    for close in books.months:
        rows = by_month[close.month]
        lost = [one for one in rows if one.case == "churn" or one.is_within_month]
        yield (close.month.isoformat(), close.is_complete, sum(one.closing for one in rows),
               *(sum(one.leg(leg) for one in rows) for leg in LEGS), sum(one.fx for one in rows),
               sum(1 for one in rows if one.closing > 0), sum(1 for one in rows if one.case == "new"), len(lost),
               sum(1 for one in rows if one.case == "reactivation"), books.invoiced[close.month],
               books.cash[close.month])  # fmt: skip


def _figures(company: Company, books: Books) -> Iterator[tuple[Any, ...]]:
    """Each certified metric: how it is cut, which part (both as JSON lists), and the figure as an exact fraction."""
    for told in figures(company, books):
        cut = orjson.dumps(told.by).decode()
        for (month, *part), value in told.values.items():
            yield told.metric, cut, month.isoformat(), orjson.dumps(part).decode(), str(value)


def _leads(company: Company) -> Iterator[tuple[Any, ...]]:
    for held in company.book.objects.values():
        if held.kind == "Lead":
            lead = held.body
            yield lead["Id"], held.created, lead["LeadSource"], lead["Country"], lead["IsConverted"]


def _deals(company: Company) -> Iterator[tuple[Any, ...]]:
    for held in company.book.objects.values():
        if held.kind == "Opportunity":
            deal = held.body
            yield (deal["Id"], deal["AccountId"], deal["Type"], held.created, deal["CloseDate"], deal["StageName"],
                   deal["IsWon"], deal["IsClosed"], deal["Amount"])  # fmt: skip
