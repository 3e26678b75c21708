"""/webhooks/stripe and /healthz of the running portal."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from typing import Any

import httpx
import pytest
from sqlalchemy import create_engine, text

from app import webhooks
from app.secrets import get_secret, warehouse_url
from app.warehouse import Warehouse

from .servers import PATIENCE_SECONDS, Portal

CUSTOMER = {"id": "cus_1", "object": "customer", "name": "Ada's", "created": 1_795_000_000}
EVENT = {
    "id": "evt_1", "object": "event", "type": "customer.updated", "created": 1_795_000_000, "api_version": "2022-11-15",
    "data": {"object": CUSTOMER},
}  # fmt: skip
ENDLESS = b'{"id": "evt_4", "type": "a", "created": 1, "n": 1e999}'
FORGED, REPLAYED = (json.dumps({**EVENT, "id": name}).encode() for name in ("evt_2", "evt_3"))


def post(
    portal: Portal, body: bytes, *, secret: str | None = None, at: float | None = None, signature: str | None = None
) -> httpx.Response:
    """Posts an event as Stripe does: HMAC-SHA256 of time and body."""
    moment = int(at if at is not None else time.time())
    key = (secret or get_secret(portal.settings, "stripe_webhook")).encode()
    signed = hmac.new(key, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"stripe-signature": signature or f"t={moment},v1={signed}", "content-type": "application/json"}
    return httpx.post(f"{portal.url}/webhooks/stripe", content=body, headers=headers, timeout=PATIENCE_SECONDS)


def with_object(event_id: str, body: object, **envelope: object) -> bytes:
    return json.dumps({**EVENT, "id": event_id, "data": {"object": body}, **envelope}).encode()


def stored(portal: Portal) -> list[tuple[str, str, str]]:
    engine = create_engine(warehouse_url(portal.settings))
    query = text("select event_id, type, payload ->> 'object' from raw_stripe_webhook.event")
    with engine.connect() as connection:
        rows = connection.execute(query).all()
    engine.dispose()
    return [(row[0], row[1], row[2]) for row in rows]


def test_an_event_is_kept_once_however_often_it_comes(portal: Portal) -> None:
    body = json.dumps(EVENT).encode()
    answers = [post(portal, body).json() for _ in range(3)]
    assert [answer["is_new"] for answer in answers] == [True, False, False]
    assert answers[0] == {"received": True, "event": "evt_1", "is_new": True}
    assert stored(portal) == [("evt_1", "customer.updated", "event")]


@pytest.mark.parametrize(
    ("body", "options", "words"),
    [
        pytest.param(FORGED, {"secret": "wrong"}, "signature is wrong", id="forged"),
        pytest.param(REPLAYED, {"at": 1.0}, "older than 5 minutes", id="replayed"),
        pytest.param(b"no json", {}, "not a Stripe event", id="signed nonsense"),
        pytest.param(b'{"id": "evt_4"}', {}, "not a Stripe event", id="a part missing"),
        pytest.param(b"[1, 2]", {}, "it has no id", id="no object"),
        pytest.param(b"[" * 100_000, {}, "not a Stripe event", id="nested without end"),
        pytest.param(b"\xff\xfe", {"signature": "t=1,v1=00"}, "not UTF-8", id="not text"),
        pytest.param(with_object("evt_4", {"name": "\x00"}), {}, "U+0000", id="a character that is none"),
        pytest.param(with_object("evt_4", {"\ud800": 1}), {}, "half of a character", id="half of a character"),
        pytest.param(with_object("evt_4", {"amount": float("nan")}), {}, "NaN is no JSON", id="not a number"),
        pytest.param(ENDLESS, {}, "number without end", id="infinite"),
        pytest.param(with_object("evt_4", {}, created=10**30), {}, "it has no time", id="a time beyond all calendars"),
        pytest.param(with_object("e" * 300, {}), {}, "it has no id", id="an id that is none"),
    ],
)
def test_what_is_not_stripes_is_refused_in_words(
    portal: Portal, body: bytes, options: dict[str, float | str], words: str
) -> None:
    before = stored(portal)
    answer = post(portal, body, **options)  # type: ignore[arg-type]
    assert answer.status_code == 400
    assert answer.json()["received"] is False
    assert words in answer.json()["error"]
    assert stored(portal) == before


@pytest.mark.parametrize(
    ("body", "state", "words"),
    [
        pytest.param(
            with_object("evt_5", {**CUSTOMER, "created": "soon"}), "quarantined", "customer.created is 'soon'",
            id="a text where a time belongs",
        ),
        pytest.param(with_object("evt_6", 7), "quarantined", "data.object is 7; expected an object", id="no object"),
        pytest.param(
            with_object("evt_7", {"id": "prv_1", "object": "review"}), "ignored", "objects of the kind review",
            id="a kind that no model reads",
        ),
        pytest.param(
            with_object("evt_9", {}, object="v2.core.event", created="2026-11-22T11:00:00.000Z"), "ignored",
            "events of the kind v2.core.event", id="an event of Stripe's other kind",
        ),
        pytest.param(
            with_object("evt_8", CUSTOMER, api_version="2025-06-30.basil"), "ignored", "API version",
            id="a version that no model reads",
        ),
    ],
)  # fmt: skip
def test_what_the_models_cannot_read_is_kept_and_set_aside(
    portal: Portal, body: bytes, state: str, words: str
) -> None:
    answer = post(portal, body)
    assert answer.status_code == 200
    assert words in answer.json()["set_aside"]
    engine = create_engine(warehouse_url(portal.settings))
    with engine.connect() as connection:
        query = text("select state, reason, payload -> 'data' from raw_stripe_webhook.event where event_id = :id")
        kept = connection.execute(query, {"id": answer.json()["event"]}).one()
    engine.dispose()
    assert tuple(kept) == (state, answer.json()["set_aside"], json.loads(body)["data"])


def test_without_a_signature_nothing_is_read(portal: Portal) -> None:
    answer = httpx.post(f"{portal.url}/webhooks/stripe", json=EVENT, timeout=PATIENCE_SECONDS)
    assert (answer.status_code, answer.json()["error"][:35]) == (400, "The header Stripe-Signature is miss")


def test_an_event_too_large_is_refused_before_it_is_read_whole(portal: Portal) -> None:
    assert post(portal, b"x" * 600_000).status_code == 413


def test_only_posts_are_taken(portal: Portal) -> None:
    assert httpx.get(f"{portal.url}/webhooks/stripe", timeout=PATIENCE_SECONDS).status_code == 405


def test_health_says_that_all_is_well_and_no_figure(portal: Portal) -> None:
    answer = httpx.get(f"{portal.url}/healthz", timeout=PATIENCE_SECONDS)
    assert answer.status_code == 200
    assert answer.json() == {"portal": "ok", "warehouse": "ok", "data_until": "2026-11-22T11:00:00+00:00"}


def test_scripts_come_compressed_and_fonts_from_here(portal: Portal) -> None:
    page = httpx.get(portal.url, timeout=PATIENCE_SECONDS).text
    script = page.split('src="./')[1].split('"')[0]
    answer = httpx.get(f"{portal.url}/{script}", headers={"accept-encoding": "gzip"}, timeout=PATIENCE_SECONDS)
    assert answer.headers["content-encoding"] == "gzip"
    assert int(answer.headers["content-length"]) < 0.5 * len(answer.content)
    font = httpx.get(f"{portal.url}/app/static/ibm-plex-sans-latin-400-normal.woff2", timeout=PATIENCE_SECONDS)
    assert font.content[:4] == b"wOF2"


@pytest.mark.parametrize("path", ["../../app/portal.py", "..%2f..%2fpyproject.toml", "%2e%2e/config.py"])
def test_nothing_outside_the_static_folder_is_served(portal: Portal, path: str) -> None:
    answer = httpx.get(f"{portal.url}/static/{path}", timeout=PATIENCE_SECONDS)
    assert "front door" not in answer.text and "[project]" not in answer.text and "def " not in answer.text


def test_a_body_that_does_not_come_is_not_waited_for(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhooks, "MOST_SECONDS", 0.05)
    warehouse = Warehouse(portal.settings)
    said: list[Any] = []

    async def never() -> Any:
        await asyncio.sleep(60)

    async def hear(message: Any) -> None:
        said.append(message)

    scope = {"type": "http", "method": "POST", "path": webhooks.PATH, "headers": [], "query_string": b""}
    asyncio.run(webhooks.stripe_route(portal.settings, warehouse).handle(scope, never, hear))
    warehouse.close()
    assert said[0]["status"] == 408
