"""A SendGrid account small enough to know by heart: three single sends, four contacts, who left and why."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tests.vendors.tiny_company import NOW, Store

NEWS, TEST, DRAFT = (f"{number}0000000-0000-4000-8000-000000000000" for number in (1, 2, 3))
RED, BLUE = (f"{number}a000000-0000-4000-8000-000000000000" for number in (1, 2))
SENT = NOW - timedelta(days=20)
TESTED = NOW - timedelta(days=3)


def text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def put(store: Store, kind: str, key: str, at: datetime, **body: Any) -> None:
    store.put("sendgrid", kind, key, int(at.timestamp()), {"id": key} | body)


def send(store: Store, key: str, name: str, status: str, at: datetime, *, is_abtest: bool = False) -> None:
    body = {"name": name, "status": status, "categories": ["news"], "is_abtest": is_abtest,
            "abtest": {"type": "subject", "winner_criteria": "open", "test_percentage": 20} if is_abtest else None,
            "send_at": text(at) if status != "draft" else None, "created_at": text(at - timedelta(days=5)),
            "updated_at": text(at)}
    put(store, "singlesend", key, at, **body)


def day(store: Store, key: str, at: datetime, variation: str = "all", phase: str = "all", **stats: int) -> None:
    body = {"id": key, "ab_variation": variation, "ab_phase": phase, "aggregation": text(at)[:10], "stats": stats}
    store.put("sendgrid", "singlesend_day", f"{key}/{variation}/{phase}/{text(at)[:10]}", int(at.timestamp()), body)


def contact(store: Store, number: int, at: datetime, **more: Any) -> None:
    body = {"email": f"c{number}@example.test", "first_name": f"Zoë {number}", "last_name": "O'Hara", "country": "US",
            "created_at": text(at), "updated_at": text(at), "custom_fields": {"plan": "Team"}, "list_ids": ["l"]}
    put(store, "contact", f"contact-{number}", at, **body | more)


def suppressed(store: Store, kind: str, email: str, at: datetime, **more: Any) -> None:
    created = int(at.timestamp())
    put(store, kind, f"{email}/{created}", at, created=created, email=email, **more)


def write_sendgrid(store: Store) -> None:
    """News to four people, of whom one bounced; a test of two subjects; a draft that nobody was sent."""
    send(store, NEWS, "News of November", "triggered", SENT)
    send(store, TEST, "Invitation – “Meridian Live”", "triggered", TESTED, is_abtest=True)
    send(store, DRAFT, "News of December", "draft", NOW - timedelta(days=1))
    day(store, NEWS, SENT, requests=4, delivered=3, bounces=1, opens=2, unique_opens=2, clicks=1, unique_clicks=1)
    day(store, NEWS, SENT + timedelta(days=1), opens=2, unique_opens=1, unsubscribes=1)
    day(store, TEST, TESTED, RED, "test", requests=1, delivered=1, opens=1, unique_opens=1)
    day(store, TEST, TESTED, BLUE, "test", requests=1, delivered=1)
    day(store, TEST, TESTED, RED, "send", requests=1, bounce_drops=1)
    for number in range(4):
        contact(store, number, SENT - timedelta(days=30 - number))
    put(store, "list", "l0000000-0000-4000-8000-000000000000", SENT, name="Product news", contact_count=4)
    suppressed(store, "bounce", "c3@example.test", SENT, reason="550 5.1.1 User unknown", status="5.1.1")
    suppressed(store, "block", "c2@example.test", SENT + timedelta(days=2), reason="421 4.7.0 Later", status="4.7.0")
    suppressed(store, "spam_report", "c1@example.test", SENT + timedelta(days=3), ip="198.51.100.7")
    suppressed(store, "invalid_email", "c4@example", SENT, reason="Mail domain mentioned in email address is unknown")
    suppressed(store, "unsubscribe", "c0@example.test", SENT + timedelta(days=1))
    store.put("sendgrid", "group", "7", int(SENT.timestamp()), {
        "id": 7, "name": "Product news", "description": "What is new", "is_default": True, "unsubscribes": 1})
    put(store, "group_suppression", "c2@example.test/7", SENT, email="c2@example.test", group_id=7,
        group_name="Product news", created_at=int(SENT.timestamp()))
    for back in (20, 19, 3):
        date = text(NOW - timedelta(days=back))[:10]
        metrics = {"requests": 4, "delivered": 3, "bounces": 1, "processed": 4}
        put(store, "mail_day", date, NOW - timedelta(days=back), date=date, metrics=metrics)
    store.save()
