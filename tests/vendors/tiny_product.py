"""A product small enough to know by heart: some events and profiles at Mixpanel, some uploads at Amplitude."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.vendors.tiny_company import NOW, Store

TODAY = datetime(2026, 11, 22, tzinfo=UTC)
PROFILES = 260


def seen(store: Store, key: str, at: datetime, name: str = "session_ended", **more: Any) -> None:
    """An event at Mixpanel."""
    instant = int(at.timestamp())
    properties = {"time": instant, "distinct_id": "1000", "$insert_id": key, "mp_processing_time_ms": instant * 1000}
    store.put("mixpanel", "event", key, instant, {"event": name, "properties": properties | more})


def uploaded(
    store: Store, key: str, at: datetime, happened: datetime | None = None, name: str = "session_ended"
) -> None:
    """An event at Amplitude, by its upload."""
    there, then = (moment.strftime("%Y-%m-%d %H:%M:%S.000000") for moment in (at, happened or at))
    body = {"uuid": key, "$insert_id": f"i-{key}", "app": 7, "event_id": 1, "event_type": name, "event_time": then,
            "client_event_time": then, "client_upload_time": there, "server_received_time": there,
            "server_upload_time": there, "processed_time": there, "user_id": "1000", "device_id": "d",
            "amplitude_id": 5, "session_id": 1, "platform": "iOS", "os_name": "ios", "device_family": "Apple iPhone",
            "country": "DE", "language": "German", "library": "amplitude-ts/2.11", "groups": {"account": ["1"]},
            "event_properties": {"features": ["pulse"]}, "user_properties": {"email": "u@example.test"}}
    store.put("amplitude", "event", key, int(at.timestamp()), body)


def write_product(store: Store) -> None:
    """Mixpanel: the borders of 20 November, and today. Amplitude: 20 November, late ones, and the last hours."""
    day = TODAY - timedelta(days=2)
    seen(store, "before", day - timedelta(seconds=1))
    seen(store, "first", day, features=["dashboards", "search"], account_id=1)
    seen(store, "last", day + timedelta(hours=23, minutes=59, seconds=59), "report_shared")
    seen(store, "today", NOW - timedelta(hours=1))
    for number in range(PROFILES):
        body = {"$distinct_id": str(number), "$properties": {"$email": f"u{number}@example.test", "account_id": 1,
                "$last_seen": "2026-11-20T10:00:00"}}
        store.put("mixpanel", "profile", str(number), int(day.timestamp()), body)
    uploaded(store, "early", day + timedelta(hours=5, minutes=1))
    uploaded(store, "late", day + timedelta(hours=5, minutes=59), day - timedelta(days=3))
    uploaded(store, "evening", day + timedelta(hours=23, minutes=59))
    uploaded(store, "ready", NOW - timedelta(hours=2, minutes=30))
    uploaded(store, "not ready", NOW - timedelta(hours=1, minutes=59))
    for name, category in (("session_ended", "Usage"), ("signed_up", "Onboarding")):
        store.put("amplitude", "event_type", name, 1, {
            "event_type": name, "category": {"name": category}, "description": "", "display_name": name,
            "is_active": True})
    store.put("amplitude", "cohort", "c", 2, {"id": "c", "name": "Weekly", "size": 3, "archived": False, "lastMod": 2,
                                              "lastComputed": 2, "createdAt": 2, "published": True, "description": ""})
    store.save()
