"""What each stream of each source must hold, by the company's own books: keys, and an amount to add up.

The warehouse is compared with it stream by stream (`plumbline verify`). A department that keeps things at a vendor adds
its streams to STREAMS.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from hashlib import md5
from typing import Any

from pipelines.sandbox.company import advertising, amplitude, mixpanel, sendgrid_sums
from pipelines.sandbox.company.hubspot import SUBMISSION
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.web_reports import REPORTS
from pipelines.sandbox.company.zendesk import comments

Row = tuple[tuple[object, ...], Decimal | int | float | None]
"""The values of the key, and the amount (None: nothing to add)."""


@dataclass(frozen=True)
class Told:
    """One stream as the company knows it; names as in `pipelines/sources/`."""

    source: str
    stream: str
    rows: Callable[[Company], Iterable[Row]]


@dataclass(frozen=True)
class Control:
    """The sums of one stream.

    Attributes:
        source, stream: names as in `pipelines/sources/`.
        row_count: rows.
        digest: the sum over all keys of the first 60 bits of their MD5, so that two swapped rows do not hide.
        total: the sum of the amounts.
    """

    source: str
    stream: str
    row_count: int
    digest: int
    total: Decimal


def objects(
    source: str, stream: str, kind: str, key: str = "id", amount: Callable[[Mapping[str, Any]], Any] = lambda body: None
) -> Told:
    """A stream that has one row for each object of a kind at the vendor of the source's name."""

    def rows(company: Company) -> Iterator[Row]:
        for held in company.book.objects.values():
            if held.vendor == source and held.kind == kind:
                body = held.body
                yield (body[key],), amount(body)

    return Told(source, stream, rows)


def control(company: Company, told: Told) -> Control:
    """The sums of one stream at the company's instant."""
    count, digest, total = 0, 0, Decimal(0)
    for key, amount in told.rows(company):
        count += 1
        digest += digest_of(key)
        total += Decimal(str(amount)) if amount is not None else 0
    return Control(told.source, told.stream, count, digest, total)


def digest_of(key: tuple[object, ...]) -> int:
    """The first 60 bits of the MD5 of the key's values, joined by bars; nothing is an empty text."""
    text = "|".join("" if value is None else str(value) for value in key)
    return int(md5(text.encode(), usedforsecurity=False).hexdigest()[:15], 16)


def _of_file(name: str, key: tuple[str, ...], amount: str = "") -> Told:
    def rows(company: Company) -> Iterator[Row]:
        for row in company.files.get(name, []):
            yield tuple(row[column] for column in key), row[amount] if amount else None

    return Told("files", name, rows)


def _invoice_lines(company: Company) -> Iterator[Row]:
    for held in company.book.objects.values():
        if (held.vendor, held.kind) == ("stripe", "invoice"):
            for line in held.body["lines"]["data"]:
                yield (line["id"],), line["amount"]


def _form_submissions(company: Company) -> Iterator[Row]:
    for held in company.book.objects.values():
        if held.vendor == "hubspot" and held.kind.startswith(SUBMISSION):
            yield (held.id,), held.created


def _counted(kind: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda body: body["counters"].get(kind, 0)
def _ticket_comments(company: Company) -> Iterator[Row]:
    for comment, ticket in comments(company):
        yield (comment,), ticket


def _amount(name: str) -> Callable[[Mapping[str, Any]], Any]:
    return lambda body: body.get(name)


STREAMS: tuple[Told, ...] = (
    Told("amplitude", "events", amplitude.events),
    objects("amplitude", "event_types", "event_type", "event_type"),
    objects("amplitude", "cohorts", "cohort", amount=_amount("size")),
    Told("mixpanel", "export", mixpanel.events),
    Told("mixpanel", "engage", mixpanel.profiles),
    objects("stripe", "customers", "customer", amount=_amount("created")),
    objects("stripe", "products", "product"),
    objects("stripe", "plans", "plan", amount=_amount("amount")),
    objects("stripe", "coupons", "coupon"),
    objects("stripe", "subscriptions", "subscription"),
    objects("stripe", "charges", "charge", amount=_amount("amount")),
    objects("stripe", "balance_transactions", "balance_transaction", amount=_amount("net")),
    objects("stripe", "disputes", "dispute", amount=_amount("amount")),
    objects("stripe", "payouts", "payout", amount=_amount("amount")),
    objects("stripe", "invoices", "invoice", amount=_amount("total")),
    Told("stripe", "invoice_line_items", _invoice_lines),
    *(objects("salesforce", name, name, "Id") for name in (
        "Account", "Contact", "Lead", "OpportunityFieldHistory", "OpportunityHistory", "OpportunitySplitType", "User",
        "UserRole")),
    objects("salesforce", "ForecastingQuota", "ForecastingQuota", "Id", _amount("QuotaAmount")),
    objects("salesforce", "Opportunity", "Opportunity", "Id", _amount("Amount")),
    objects("salesforce", "OpportunitySplit", "OpportunitySplit", "Id", _amount("SplitAmount")),
    *(Told("sendgrid", name, rows) for name, rows in sendgrid_sums.ROWS.items()),
    *(objects("production", name, name) for name in ("accounts", "users")),
    *(objects("production", name, name, amount=_amount("amount_minor")) for name in ("orders", "transactions")),
    objects("facebook", "campaigns", "campaign"),
    objects("facebook", "adsets", "adset", amount=lambda body: int(body["daily_budget"])),
    objects("facebook", "ads", "ad"),
    Told("facebook", "ads_insights", advertising.facebook_insights),
    objects("google_ads", "customer", "customer"),
    Told("google_ads", "campaigns", advertising.google_campaigns),
    Told("google_ads", "ad_groups", advertising.google_ad_groups),
    Told("google_ads", "campaign_days", advertising.google_days),
    objects("hubspot", "contacts", "contact"),
    objects("hubspot", "contact_lists", "list", "listId"),
    objects("hubspot", "campaigns", "mailing", amount=_counted("delivered")),
    objects("hubspot", "email_events", "email_event", amount=_amount("emailCampaignId")),
    objects("hubspot", "forms", "form", "guid"),
    Told("hubspot", "form_submissions", _form_submissions),
    _of_file("budget", ("month", "line", "currency"), "amount"),
    _of_file("costs", ("month", "department", "category", "product", "currency"), "amount"),
    _of_file("bank_balances", ("balance_date", "account"), "balance"),
    _of_file("exchange_rates", ("rate_date", "currency"), "usd_per_unit"),
    _of_file("targets", ("metric", "month"), "target"),
    _of_file("quotas", ("rep_id", "period_start"), "amount"),
    _of_file("contracts", ("contract_id",), "monthly_amount"),
    _of_file("features", ("feature",), "uses_needed"),
    _of_file("funnels", ("funnel", "step"), "window_days"),
    _of_file("support_hours", ("day", "opens")),
    _of_file("claims", ("claimed_on", "department", "metric"), "value"),
    _of_file("identities", ("source", "source_id")),
    objects("zendesk", "groups", "group"),
    objects("zendesk", "organizations", "organization"),
    objects("zendesk", "satisfaction_ratings", "satisfaction_rating", amount=_amount("ticket_id")),
    Told("zendesk", "ticket_comments", _ticket_comments),
    objects("zendesk", "ticket_metric_events", "ticket_metric_event", amount=_amount("ticket_id")),
    objects("zendesk", "ticket_metrics", "ticket_metric", amount=_amount("replies")),
    objects("zendesk", "tickets", "ticket", amount=_amount("generated_timestamp")),
    objects("zendesk", "users", "user"),
    *(Told("ga4", name, rows) for name, rows in REPORTS.items()),
)
