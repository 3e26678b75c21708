"""What a list of records shows of each mart: its columns, their words and order, and the title's figures. Plain data.

A mart that is not here has no list. The figures of a title are certified metrics; the rows below are the mart's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.counting import counted
from app.manner import parted
from app.ui import format as f

Figures = Mapping[str, float]
Kind = Literal["text", "country", "money", "count", "points", "percent", "day", "prose"]


@dataclass(frozen=True)
class Field:
    """A column of the mart: its header, how it is printed, and whether a phone leaves it out."""

    column: str
    head: str
    kind: Kind = "text"
    is_extra: bool = False

    @property
    def is_number(self) -> bool:
        return self.kind in ("money", "count", "points", "percent")


@dataclass(frozen=True)
class RecordList:
    """How a mart is shown as a list.

    Attributes:
        subject: what it lists, as a title where there is nothing to count.
        fields: the columns; the first one is the record's name.
        key: the column that tells two records of one name apart.
        figures: the metrics of the title.
        title: the finding, from the figures that have a value and the number of rows.
        order: how it is sorted, `-column` for the largest first, and `order_words` the same for people.
        is_now: whether the mart stands as of now; else it is read for the closed month.
        where: column → value of the rows that belong on the list.
        below: the column whose first words a phone shows below the name.
        heeds: the columns by which a page's filters narrow it.
        sums: columns to add up where a record has several rows; `most` of those to take the largest of.
    """

    subject: str
    fields: tuple[Field, ...]
    key: str
    figures: tuple[str, ...]
    title: Callable[[Figures, int], str]
    order: tuple[str, ...]
    order_words: str
    refused: str
    nothing: str
    is_now: bool = False
    where: Mapping[str, Any] = field(default_factory=dict)
    below: str = ""
    heeds: tuple[str, ...] = ()
    sums: tuple[str, ...] = ()
    most: tuple[str, ...] = ()
    only_above_zero: str = ""


def at_risk(figures: Figures, rows: int) -> str:
    """Such as "14 customers at risk, $12.3K of MRR"."""
    count = int(figures.get("customers_at_risk", rows))
    if not count:
        return "No customer is at risk"
    money = f", {f.money(figures['mrr_at_risk'])} of MRR" if "mrr_at_risk" in figures else ""
    return f"{counted(count, 'customer')} at risk{money}"


def stuck(figures: Figures, rows: int) -> str:
    """Such as "9 of 30 open deals are stuck, $42.5K of $76.2K"."""
    count, worth = int(figures.get("open_deals", rows)), figures.get("open_pipeline")
    if not count:
        return "No deal is open"
    stale = int(figures.get("stale_deals", 0))
    if not stale:
        none = "; none is stuck" if "stale_deals" in figures else ""  # what nobody knows is not none
        return f"{counted(count, 'open deal')}{f', {f.money(worth)}' if worth is not None else ''}{none}"
    money = ""
    if worth is not None and "stale_pipeline" in figures:
        money = f", {f.money(figures['stale_pipeline'])} of {f.money(worth)}"
    return f"{parted(stale)} of {counted(count, 'open deal')} {'is' if stale == 1 else 'are'} stuck{money}"


def owed(figures: Figures, rows: int) -> str:
    """Such as "17 customers owe $13.1K, $11.4K of it late"."""
    if "receivables" not in figures:
        return "Who owes us"
    who = f"{counted(rows, 'customer')} {'owes' if rows == 1 else 'owe'}" if rows else "Customers owe"
    whole, late = f.money(figures["receivables"]), figures.get("overdue_receivables")
    if late is None:
        return f"{who} {whole}"
    return f"{who} {whole}, {f'{f.money(late)} of it' if late else 'nothing of it'} late"


HEALTH = RecordList(
    subject="Customers at risk",
    fields=(
        Field("customer_name", "Customer"),
        Field("product", "Product", is_extra=True),
        Field("plan", "Plan", is_extra=True),
        Field("mrr_usd", "MRR, $", "money"),
        Field("score", "Score", "points"),
        Field("probability", "Chance to leave, %", "percent"),
        Field("owner", "Owner", is_extra=True),
        Field("reasons", "Why", "prose", is_extra=True),
    ),
    key="customer_id",
    figures=("customers_at_risk", "mrr_at_risk"),
    title=at_risk,
    order=("-probability", "-mrr_usd"),
    order_words="Most likely to leave first",
    refused="Your role does not include customers by name.",
    nothing="No paying customer's score is under 60.",
    where={"health_band": "At risk"},
    below="reasons",
    heeds=("product", "plan", "region", "country"),
)
DEALS = RecordList(
    subject="Open deals",
    fields=(
        Field("account_name", "Account"),
        Field("opportunity_name", "Deal", is_extra=True),
        Field("stage", "Stage"),
        Field("rep", "Rep", is_extra=True),
        Field("expected_close_date", "Expected", "day", is_extra=True),
        Field("amount_usd", "Amount, $", "money"),
        Field("days_unchanged_count", "Unchanged, days", "count"),
    ),
    key="opportunity_id",
    figures=("open_deals", "open_pipeline", "stale_deals", "stale_pipeline"),
    title=stuck,
    order=("-is_stale", "-amount_usd"),
    order_words="Stuck ones first, unchanged for more than 60 days; then the largest",
    refused="Your role does not include deals by name.",
    nothing="No opportunity is open in the CRM.",
    is_now=True,
    below="rep",
    heeds=("rep", "lead_source", "country", "deal_type", "stage", "forecast_category"),
)
RECEIVABLES = RecordList(
    subject="Who owes us",
    fields=(
        Field("customer_name", "Customer"),
        Field("country", "Country", "country", is_extra=True),
        Field("records_count", "Invoices", "count", is_extra=True),
        Field("most_overdue_days", "Oldest, days late", "count"),
        Field("overdue_usd", "Late, $", "money"),
        Field("receivable_usd", "Owed, $", "money"),
    ),
    key="customer_id",
    figures=("receivables", "overdue_receivables"),
    title=owed,
    order=("-overdue_usd", "-most_overdue_days", "-receivable_usd"),
    order_words="Most that is late first, US dollars",
    refused="Your role does not include customers by name.",
    nothing="No invoice is unpaid.",
    heeds=("country", "currency"),
    sums=("records_count", "overdue_usd", "receivable_usd"),
    most=("most_overdue_days",),
    only_above_zero="receivable_usd",
)
LISTS: Mapping[str, RecordList] = {
    "mart_customer_success.customer_health": RecordList(**{**HEALTH.__dict__, "is_now": True}),
    "mart_customer_success.customer_health_monthly": HEALTH,
    "mart_sales.open_deals": DEALS,
    "mart_finance.receivables_customer": RECEIVABLES,
}
"""Mart → its list. Customers' health stands twice: as it is now, and as it was at the close of the month."""
