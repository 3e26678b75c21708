"""What the sandbox company's Stripe tells by webhook is what the models read."""

from __future__ import annotations

import json
from collections import Counter

from app.stripe_events import judge
from pipelines.sandbox.company import Company


def test_every_event_of_the_company_is_read(company: Company) -> None:
    told: Counter[str] = Counter()
    for event in company.book.events:
        said = json.loads(event.raw)
        verdict = judge(said)
        assert verdict.state == "read", (said["type"], verdict.reason)
        told[said["data"]["object"]["object"]] += 1
    assert set(told) >= {"customer", "subscription", "invoice", "charge"}
