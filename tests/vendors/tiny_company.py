"""A company small enough to know by heart, written in the layout of the sandbox's store."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2026, 11, 22, 11, tzinfo=UTC)
DAY = 86_400
ACCOUNT = "acct_tiny"
TABLES = """
create table object (vendor text, kind text, id text, created int, updated int, deleted int default 0, seq int,
                     body blob, primary key (vendor, kind, id)) without rowid;
create index object_listing on object (vendor, kind, created);
create table event (vendor text, id text primary key, created int, type text, body blob);
create index event_listing on event (vendor, created);
create table meta (key text primary key, value text);
"""

LACKING = {
    "OpportunityHistory": ("LastModifiedDate",), "OpportunityFieldHistory": ("LastModifiedDate", "SystemModstamp"),
    "ForecastingQuota": ("IsDeleted",), "UserRole": ("CreatedDate", "IsDeleted"),
}
"""Which of the four system fields an object of Salesforce does not have."""


class Store:
    """Writes vendors.db of a home, object by object; `seq` counts every change."""

    def __init__(self, home: Path, now: datetime = NOW) -> None:
        self.folder = home / "sandbox"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.connection = sqlite3.connect(self.folder / "vendors.db")
        if not self.connection.execute("select 1 from sqlite_master where name = 'object'").fetchone():
            self.connection.executescript(TABLES)
        self.seq = self.connection.execute("select count(*) from object").fetchone()[0]
        self.move_to(now)

    def empty(self) -> None:
        """Forgets everything, so that another company may take the place of this one."""
        self.connection.execute("delete from object")
        self.connection.execute("delete from event")
        self.connection.commit()
        self.connection.close()

    def move_to(self, now: datetime) -> None:
        self.now = now
        (self.folder / "clock").write_text(now.isoformat())

    def put(self, vendor: str, kind: str, key: str, created: int, body: Mapping[str, Any], deleted: int = 0) -> None:
        self.seq += 1
        self.connection.execute(
            "insert or replace into object values (?, ?, ?, ?, ?, ?, ?, ?)",
            (vendor, kind, key, created, created, deleted, self.seq, json.dumps(body, separators=(",", ":")).encode()),
        )

    def stripe(self, kind: str, key: str, created: int, **fields: Any) -> dict[str, Any]:
        body = {"id": key, "object": kind, "created": created, "livemode": True, "metadata": {}} | fields
        self.put("stripe", kind, key, created, body)
        return body

    def event(self, key: str, created: int, name: str, body: Mapping[str, Any]) -> None:
        event = {"id": key, "object": "event", "created": created, "type": name, "data": {"object": dict(body)},
                 "api_version": "2022-11-15", "livemode": True, "pending_webhooks": 0,
                 "request": {"id": None, "idempotency_key": None}}
        self.connection.execute(
            "insert or replace into event values ('stripe', ?, ?, ?, ?)",
            (key, created, name, json.dumps(event, separators=(",", ":")).encode()),
        )

    def salesforce(self, kind: str, key: str, changed: datetime, *, deleted: bool = False, **fields: Any) -> None:
        text = changed.strftime("%Y-%m-%dT%H:%M:%S.000+0000")
        stamps = {"Id": key, "CreatedDate": text, "SystemModstamp": text, "IsDeleted": deleted,
                  "LastModifiedDate": text}
        stamps = {name: value for name, value in stamps.items() if name not in LACKING.get(kind, ())}
        self.put("salesforce", kind, key, int(changed.timestamp()), stamps | fields, int(deleted))

    def production(self, table: str, key: int, changed: datetime, **fields: Any) -> None:
        text = changed.strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {"id": key, "created_at": text, "updated_at": text} | fields
        self.put("production", table, str(key), int(changed.timestamp()), body)

    def save(self) -> None:
        self.connection.commit()


def seconds(*, days_ago: float, now: datetime = NOW) -> int:
    return int((now - timedelta(days=days_ago)).timestamp())


def listed(data: list[dict[str, Any]], url: str) -> dict[str, Any]:
    return {"object": "list", "data": data, "has_more": False, "total_count": len(data), "url": url}


def plan(key: str = "plan_team", amount: int = 5000) -> dict[str, Any]:
    return {
        "id": key, "object": "plan", "active": True, "aggregate_usage": None, "amount": amount,
        "amount_decimal": str(amount), "billing_scheme": "per_unit", "created": 1_704_100_000, "currency": "usd",
        "interval": "month", "interval_count": 1, "livemode": True, "metadata": {}, "nickname": "Team",
        "product": "prod_core", "tiers_mode": None, "transform_usage": None, "trial_period_days": None,
        "usage_type": "licensed",
    }


def line(key: str, invoice: str, subscription: str, amount: int, start: int) -> dict[str, Any]:
    return {
        "id": key, "object": "line_item", "amount": amount, "currency": "usd", "description": "1 × Team",
        "discount_amounts": [], "discountable": True, "discounts": [], "invoice_item": None, "livemode": True,
        "metadata": {}, "period": {"start": start, "end": start + 30 * DAY}, "plan": plan(), "price": None,
        "proration": False, "quantity": 1, "subscription": subscription,
        "subscription_item": subscription.replace("sub", "si"), "tax_amounts": [], "tax_rates": [],
        "type": "subscription",
    }


def write_company(home: Path, *, customers: int = 3, months: int = 3, lines: int = 1, now: datetime = NOW) -> Store:
    """Each customer has one subscription and one paid invoice and charge a month; the youngest month has events."""
    store = Store(home, now)
    store.stripe("account", ACCOUNT, 1_704_100_000,
                 settings={"dashboard": {"display_name": "Tiny", "timezone": "America/New_York"}})
    store.stripe("product", "prod_core", 1_704_100_000, name="Core", active=True, updated=1_704_100_000)
    store.put("stripe", "plan", "plan_team", plan()["created"], plan())
    for number in range(customers):
        _customer(store, number, months, lines)
    balance(store, seconds(days_ago=10, now=store.now))
    _crm(store)
    _sales(store)
    _production(store)
    store.save()
    return store


def _customer(store: Store, number: int, months: int, lines: int) -> None:
    customer, subscription = f"cus_{number:05d}", f"sub_{number:05d}"
    born = seconds(days_ago=30 * months - 1, now=store.now) + 137 * number
    store.stripe("customer", customer, born, name=f"Søren & \"Co\" {number}", email=f"c{number}@example.test",
                 address={"country": "US"}, currency="usd")
    item = {"id": f"si_{number:05d}", "object": "subscription_item", "created": born, "metadata": {}, "plan": plan(),
            "price": None, "quantity": 1, "subscription": subscription}
    store.stripe("subscription", subscription, born, customer=customer, status="active", plan=plan(), quantity=1,
                 items=listed([item], f"/v1/subscription_items?subscription={subscription}"), discount=None,
                 current_period_start=born, current_period_end=born + 30 * DAY, start_date=born)
    for month in range(months):
        _invoice(store, customer, subscription, f"{number:05d}_{month:02d}", born + month * 30 * DAY, lines)


def _invoice(store: Store, customer: str, subscription: str, suffix: str, at: int, lines: int) -> None:
    key = f"in_{suffix}"
    entries = [line(f"il_{suffix}_{place:03d}", key, subscription, 5000, at) for place in range(lines)]
    body = store.stripe(
        "invoice", key, at, customer=customer, subscription=subscription, status="paid", currency="usd",
        total=5000 * lines, subtotal=5000 * lines, amount_due=5000 * lines, amount_paid=5000 * lines, tax=None,
        discount=None, paid=True, number=suffix, charge=f"ch_{suffix}", due_date=None,
        lines=listed(entries, f"/v1/invoices/{key}/lines"), period_start=at, period_end=at,
        status_transitions={"finalized_at": at, "paid_at": at, "voided_at": None, "marked_uncollectible_at": None},
    )
    charge = store.stripe(
        "charge", f"ch_{suffix}", at, amount=5000 * lines, currency="usd", customer=customer, invoice=key,
        status="succeeded", paid=True, refunded=False, amount_refunded=0,
        refunds=listed([], f"/v1/charges/ch_{suffix}/refunds"),
    )
    store.event(f"evt_{at}_{suffix}_1", at, "invoice.paid", body)
    store.event(f"evt_{at}_{suffix}_2", at, "charge.succeeded", charge)


def balance(store: Store, at: int) -> None:
    """A charge with its fee, a dispute that was lost, and the payout of what was left."""
    store.stripe("balance_transaction", "txn_1", at, type="charge", source="ch_00000_00", amount=60_000, fee=1_770,
                 net=58_230, currency="usd", status="available", available_on=at, exchange_rate=None, description="x",
                 fee_details=[{"amount": 1_770, "currency": "usd", "type": "stripe_fee"}])
    store.stripe("balance_transaction", "txn_2", at + DAY, type="adjustment", source="dp_1", amount=-60_000, fee=1_500,
                 net=-61_500, currency="usd", status="available", available_on=at, exchange_rate=None, description="x",
                 fee_details=[])
    store.stripe("balance_transaction", "txn_3", at + 2 * DAY, type="payout", source="po_1", amount=-58_230, fee=0,
                 net=-58_230, currency="usd", status="available", available_on=at, exchange_rate=None, description="x",
                 fee_details=[])
    store.stripe("dispute", "dp_1", at + DAY, amount=60_000, charge="ch_00000_00", currency="usd", reason="fraudulent",
                 status="lost", evidence={}, evidence_details={"due_by": at + 15 * DAY}, balance_transactions=[])
    store.stripe("payout", "po_1", at + 2 * DAY, amount=58_230, currency="usd", status="paid", automatic=True,
                 arrival_date=at + 3 * DAY, balance_transaction="txn_3", failure_code=None, type="bank_account")
    store.put("stripe", "payout_content", "po_1", at + 2 * DAY, {"id": "po_1", "data": ["txn_1"]})


def _crm(store: Store) -> None:
    at = store.now - timedelta(days=20)
    store.salesforce("User", "005000000000000001", at, Name="Ann Lee", Email="ann@example.test", IsActive=True)
    store.salesforce("Account", "001000000000000001", at, Name="O'Hara", Type="Customer", AnnualRevenue=1e6,
                     Stripe_Customer_Id__c="cus_00000")
    store.salesforce("Lead", "00Q000000000000001", at, LastName="Müller", Company="M", Status="Open",
                     IsConverted=False, ConvertedDate=None)
    store.salesforce("Opportunity", "006000000000000001", at, Name="Deal", AccountId="001000000000000001",
                     StageName="Closed Won", Amount=1200.5, CloseDate="2026-11-02", IsWon=True, IsClosed=True)
    store.salesforce("Opportunity", "006000000000000002", at + timedelta(days=1), deleted=True, Name="Gone",
                     AccountId="001000000000000001", StageName="Prospecting", Amount=1.0, CloseDate="2026-12-01",
                     IsWon=False, IsClosed=False)
    store.salesforce("OpportunityHistory", "008000000000000001", at, OpportunityId="006000000000000001",
                     StageName="Proposal", Amount=1200.5, CloseDate="2026-11-02", Probability=50.0)


def _sales(store: Store) -> None:
    """Who sells with which quota, whom they know, and what they changed and shared."""
    at, deal = store.now - timedelta(days=20), "006000000000000001"
    store.salesforce("UserRole", "00E000000000000001", at, Name="Sales", ParentRoleId=None, DeveloperName="Sales")
    store.salesforce("Contact", "003000000000000001", at, AccountId="001000000000000001", LastName="Hart",
                     Name="Kim Hart", Email="Kim@example.test", HasOptedOutOfEmail=False)
    store.salesforce("Contact", "003000000000000002", at, deleted=True, AccountId="001000000000000001",
                     LastName="Gone", Name="Gone", Email="gone@example.test", HasOptedOutOfEmail=True)
    store.salesforce("ForecastingQuota", "0J9000000000000001", at, QuotaOwnerId="005000000000000001",
                     StartDate="2026-10-01", QuotaAmount=90_000.5, IsAmount=True, IsQuantity=False)
    store.salesforce("OpportunitySplitType", "0St000000000000001", at, DeveloperName="Revenue", IsTotalValidated=True,
                     IsActive=True)
    store.salesforce("OpportunitySplit", "0Sp000000000000001", at, OpportunityId=deal, SplitPercentage=100.0,
                     SplitOwnerId="005000000000000001", SplitAmount=1200.5, SplitTypeId="0St000000000000001")
    changes = (("created", "Text", None, None), ("StageName", "DynamicEnum", "Proposal", "Closed Won"),
               ("Amount", "Currency", 1000, 1200.5), ("CloseDate", "DateOnly", "2026-12-01", "2026-11-02"),
               ("Owner", "EntityId", "005000000000002AAA", "005000000000001AAA"))
    for place, (field, kind, old, new) in enumerate(changes):
        store.salesforce("OpportunityFieldHistory", f"01700000000000000{place}", at + timedelta(hours=place),
                         OpportunityId=deal, Field=field, DataType=kind, OldValue=old, NewValue=new)


def _production(store: Store) -> None:
    at = store.now - timedelta(days=10)
    store.production("accounts", 1, at, name="O'Hara", plan="Team", country="US", stripe_customer_id="cus_00000",
                     is_internal=False, deleted_at=None)
    store.production("users", 1, at, account_id=1, email="u@example.test", full_name="U", role="owner",
                     last_seen_at=None)
    store.production("orders", 1, at, account_id=1, kind="seats", quantity=3, amount_minor=5000, currency="usd")
    store.production("transactions", 1, at, order_id=1, account_id=1, amount_minor=5000, currency="usd",
                     status="succeeded")
