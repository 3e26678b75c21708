"""The sandbox company's own word, in the terms in which the warehouse is asked: months, customers, claims."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

import orjson
import pandas as pd

from app.errors import DependencyMissing
from app.settings import Settings
from pipelines.sandbox import claims
from pipelines.sandbox.company.streams import Control
from pipelines.sandbox.ledger import read_ledger
from pipelines.sandbox.store import open_store, store_path
from pipelines.verify_figures import Cut, Known
from pipelines.verify_streams import expected

Figures = Mapping[str, Decimal]
RecordReason = tuple[str, str, str, str, str]


@dataclass(frozen=True)
class Truth:
    """What the company wrote down.

    Attributes:
        figures: each certified metric that the books know, whole and by its dimensions, exact.
        customers: amounts in dollars to the cent of those with MRR in the month.
        claims: each department's figure.
        streams: each raw stream's rows, keys and total.
        reasons: by how much each record makes a claim differ, by (department, reason, system, record, customer).
    """

    figures: Mapping[Cut, Known]
    customers: Mapping[date, Mapping[str, Figures]]
    claims: Figures
    streams: Mapping[str, Figures]
    reasons: Mapping[RecordReason, Decimal]


def read_truth(settings: Settings, as_of: datetime, of_customer: Sequence[str]) -> Truth:
    """The ledger's figures, its customers with the amounts named, and each department's claim at `as_of`.

    Args:
        settings: whose home.
        as_of: the company's instant.
        of_customer: columns of the ledger's customers.

    Raises:
        DependencyMissing: there is no sandbox company, or it was never born in this home.
    """
    if not settings.has_sandbox:
        raise DependencyMissing(
            "There is no ledger to compare with: PLUMBLINE_SANDBOX_SCALE is none. Expected a sandbox company, which "
            "keeps one. With your own sources, the promises of `plumbline run check` are what can be verified."
        )
    ledger = read_ledger(settings)
    customers: dict[date, dict[str, Figures]] = {month: {} for month in ledger.month["month"]}
    for (month, name), figures in _figures(ledger.customer_month, ("month", "customer_id"), of_customer).items():
        customers.setdefault(month, {})[name] = figures
    controls = [
        Control(source, stream, count, int(digest), Decimal(total))
        for source, stream, count, digest, total in ledger.stream.itertuples(index=False, name=None)
    ]
    claims_said = _claims(settings, as_of)
    return Truth(_told(ledger.figure), customers, claims_said, expected(controls), _reasons(ledger.claim_reason))


def _reasons(frame: pd.DataFrame) -> dict[RecordReason, Decimal]:
    """Dollars of Finance and Sales, customers of the others."""
    return {
        (department, reason, system, record, customer):
            Decimal(int(amount)) / (100 if department in ("finance", "sales") else 1)
        for department, reason, system, record, customer, amount in frame.itertuples(index=False, name=None)
    }  # fmt: skip


def _told(frame: pd.DataFrame) -> dict[Cut, dict[tuple[Any, ...], Fraction]]:
    """Each figure by its metric and cut."""
    found: dict[Cut, dict[tuple[Any, ...], Fraction]] = {}
    for metric, cut, month, part, value in frame.itertuples(index=False, name=None):
        told = found.setdefault((metric, tuple(orjson.loads(cut))), {})
        told[(month, *orjson.loads(part))] = Fraction(value)
    return found


def _figures(frame: pd.DataFrame, keys: Sequence[str], columns: Sequence[str]) -> dict[tuple[Any, ...], Figures]:
    """Each row's figures by its keys."""
    rows = frame[[*keys, *columns]].itertuples(index=False, name=None)
    width = len(keys)
    return {
        row[:width]: {column: Decimal(value) for column, value in zip(columns, row[width:], strict=True)}
        for row in rows
    }


def _claims(settings: Settings, as_of: datetime) -> Figures:
    """Each department's figure by its name in lower case, worked out from what the vendors hold."""
    stripe, salesforce, production = (_objects(settings, vendor) for vendor in ("stripe", "salesforce", "production"))
    rates = claims.budget_rates(_rates(settings), as_of.astimezone(settings.timezone).date())
    return {
        "finance": claims.finance_arr(stripe, rates),
        "sales": claims.sales_arr(salesforce),
        "product": Decimal(claims.product_active_customers(production, as_of)),
        "marketing": Decimal(claims.marketing_customers(salesforce)),
    }


def _objects(settings: Settings, vendor: str) -> dict[str, list[dict[str, Any]]]:
    """The vendor's objects by kind, without the deleted ones."""
    found: dict[str, list[dict[str, Any]]] = {}
    if not store_path(settings).exists():
        raise DependencyMissing(f"There is no {store_path(settings)}. Run `plumbline up` first: it makes the company.")
    with open_store(settings) as store:
        for kind, body in store.execute("select kind, body from object where vendor = ? and deleted = 0", (vendor,)):
            found.setdefault(kind, []).append(orjson.loads(body))
    return found


def _rates(settings: Settings) -> list[dict[str, Any]]:
    with (settings.files / "exchange_rates.csv").open(encoding="utf-8", newline="") as file:
        return [{**row, "rate_date": date.fromisoformat(row["rate_date"])} for row in csv.DictReader(file)]
