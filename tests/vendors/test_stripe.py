"""Each test is one statement of Stripe's API reference."""

from __future__ import annotations

import base64
import sqlite3

import pytest

from app.settings import Settings
from pipelines.sandbox.vendors.rate import Bucket
from pipelines.sandbox.vendors.stripe import secret_key
from pipelines.sandbox.vendors.stripe.bodies import shorten
from tests.vendors.conftest import Ask, Client
from tests.vendors.tiny_company import DAY, NOW, Store, seconds


def ids(answer: object) -> list[str]:
    return [entry["id"] for entry in answer.json()["data"]]  # type: ignore[attr-defined]


def test_a_request_without_a_key_is_unauthorised(stripe: Ask) -> None:
    answer = stripe("/v1/customers", headers={})
    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.json()["error"]["message"].startswith("You did not provide an API key.")


def test_a_wrong_key_is_refused_and_not_repeated(stripe: Ask) -> None:
    answer = stripe("/v1/customers", headers={"Authorization": "Bearer sk_test_someoneelse1234"})
    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "Invalid API Key provided: sk_test_********1234"


def test_the_key_may_come_as_the_user_of_basic_authentication(stripe: Ask, settings: Settings) -> None:
    pair = base64.b64encode(f"{secret_key(settings)}:".encode()).decode()
    assert stripe("/v1/customers", headers={"Authorization": f"Basic {pair}"}).status_code == 200


def test_another_account_is_forbidden(stripe: Ask, settings: Settings) -> None:
    headers = {"Authorization": f"Bearer {secret_key(settings)}", "Stripe-Account": "acct_other"}
    answer = stripe("/v1/customers", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "account_invalid")


def test_the_account_tells_its_display_name(stripe: Ask) -> None:
    answer = stripe("/v1/accounts/acct_tiny").json()
    assert answer["settings"]["dashboard"]["display_name"] == "Tiny"
    assert stripe("/v1/account").json()["id"] == "acct_tiny"


def test_a_list_names_its_address_and_holds_ten_unless_asked(stripe: Ask) -> None:
    answer = stripe("/v1/invoices").json()
    assert (answer["object"], answer["url"], answer["has_more"]) == ("list", "/v1/invoices", True)
    assert len(answer["data"]) == 10


def test_lists_are_sorted_newest_first(stripe: Ask) -> None:
    created = [entry["created"] for entry in stripe("/v1/invoices", limit=100).json()["data"]]
    assert created == sorted(created, reverse=True)
    assert len(created) == 18


def test_paging_with_starting_after_gives_every_object_once(stripe: Ask) -> None:
    seen: list[str] = []
    query: dict[str, object] = {"limit": 7}
    while True:
        page = stripe("/v1/invoices", **query).json()
        seen += [entry["id"] for entry in page["data"]]
        if not page["has_more"]:
            break
        query["starting_after"] = seen[-1]
    assert sorted(seen) == sorted(f"in_{customer:05d}_{month:02d}" for customer in range(6) for month in range(3))


def test_objects_of_one_second_are_paged_once_each(stripe: Ask, settings: Settings) -> None:
    with sqlite3.connect(settings.home / "sandbox" / "vendors.db") as store:
        store.execute("update object set created = 1700000000 where kind = 'charge'")
    first = stripe("/v1/charges", limit=10)
    second = stripe("/v1/charges", limit=10, starting_after=ids(first)[-1])
    assert len(set(ids(first) + ids(second))) == 18


@pytest.mark.parametrize(
    ("operator", "expected"), [("gt", 2), ("gte", 3), ("lt", 3), ("lte", 4)],
    ids=["later than", "from", "before", "until"],
)
def test_created_filters_are_exact_to_the_second(stripe: Ask, operator: str, expected: int) -> None:
    border = seconds(days_ago=89) + 137 * 3
    assert len(ids(stripe("/v1/customers", **{f"created[{operator}]": border}))) == expected


def test_a_limit_over_a_hundred_is_refused(stripe: Ask) -> None:
    answer = stripe("/v1/invoices", limit=200)
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == (
        "This value must be less than or equal to 100 (it currently is '200')."
    )


def test_an_unknown_parameter_is_refused_by_name(stripe: Ask) -> None:
    error = stripe("/v1/invoices", colour="red").json()["error"]
    assert (error["code"], error["param"]) == ("parameter_unknown", "colour")


def test_a_cursor_that_names_nothing_is_refused(stripe: Ask) -> None:
    answer = stripe("/v1/invoices", starting_after="in_nobody")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "No such invoice: 'in_nobody'"


def test_a_missing_object_is_404_with_its_code(stripe: Ask) -> None:
    answer = stripe("/v1/customers/cus_nobody")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "resource_missing")


def test_an_unknown_address_is_404(stripe: Ask) -> None:
    assert stripe("/v1/unicorns").json()["error"]["message"].startswith("Unrecognized request URL (GET: /v1/unicorns)")


def test_a_deleted_object_is_retrieved_as_deleted_and_listed_no_more(stripe: Ask, settings: Settings) -> None:
    with sqlite3.connect(settings.home / "sandbox" / "vendors.db") as store:
        store.execute("update object set deleted = 1 where id = 'cus_00001'")
    assert stripe("/v1/customers/cus_00001").json() == {"id": "cus_00001", "object": "customer", "deleted": True}
    assert "cus_00001" not in ids(stripe("/v1/customers", limit=100))


def test_canceled_subscriptions_are_listed_only_when_asked(stripe: Ask, settings: Settings) -> None:
    with sqlite3.connect(settings.home / "sandbox" / "vendors.db") as store:
        body = "cast(json_set(cast(body as text), '$.status', 'canceled') as blob)"
        store.execute(f"update object set body = {body} where id = 'sub_00001'")
    assert len(ids(stripe("/v1/subscriptions"))) == 5
    assert len(ids(stripe("/v1/subscriptions", status="all"))) == 6
    assert ids(stripe("/v1/subscriptions", status="canceled")) == ["sub_00001"]


def test_a_nested_list_holds_ten_and_says_that_there_are_more(stripe: Ask) -> None:
    lines = stripe("/v1/invoices/in_00000_00").json()["lines"]
    assert (len(lines["data"]), lines["has_more"], lines["total_count"]) == (10, True, 12)
    listed = stripe("/v1/invoices", limit=1).json()["data"][0]["lines"]
    assert (len(listed["data"]), listed["has_more"]) == (10, True)


def test_the_rest_of_a_nested_list_is_at_its_address(stripe: Ask) -> None:
    answer = stripe("/v1/invoices/in_00000_00/lines", limit=100, starting_after="il_00000_00_009")
    assert ids(answer) == ["il_00000_00_010", "il_00000_00_011"]
    assert answer.json()["has_more"] is False


def test_items_are_listed_by_subscription(stripe: Ask) -> None:
    assert ids(stripe("/v1/subscription_items", subscription="sub_00002")) == ["si_00002"]
    assert stripe("/v1/subscription_items").json()["error"]["code"] == "parameter_missing"


def test_subscriptions_come_with_a_customer_only_when_expanded(stripe: Ask) -> None:
    plain = stripe("/v1/customers", limit=1).json()["data"][0]
    expanded = stripe("/v1/customers", limit=1, **{"expand[]": "data.subscriptions"}).json()["data"][0]
    assert "subscriptions" not in plain
    assert [entry["id"] for entry in expanded["subscriptions"]["data"]] == [expanded["id"].replace("cus", "sub")]


def test_refunds_come_with_a_charge_only_when_expanded(stripe: Ask) -> None:
    plain = stripe("/v1/charges", limit=1).json()["data"][0]
    expanded = stripe("/v1/charges", limit=1, **{"expand[]": "data.refunds"}).json()["data"][0]
    assert "refunds" not in plain
    assert "refunds" not in stripe(f"/v1/charges/{plain['id']}").json()
    assert expanded["refunds"]["object"] == "list"


def test_balance_transactions_are_filtered_by_type_and_source(stripe: Ask) -> None:
    assert ids(stripe("/v1/balance_transactions")) == ["txn_3", "txn_2", "txn_1"]
    assert ids(stripe("/v1/balance_transactions", type="charge")) == ["txn_1"]
    assert ids(stripe("/v1/balance_transactions", source="dp_1")) == ["txn_2"]


def test_balance_transactions_are_listed_by_payout(stripe: Ask) -> None:
    answer = stripe("/v1/balance_transactions", payout="po_1").json()
    assert sum(entry["net"] for entry in answer["data"]) == stripe("/v1/payouts/po_1").json()["amount"]
    assert (answer["url"], answer["has_more"]) == ("/v1/balance_transactions", False)
    missing = stripe("/v1/balance_transactions", payout="po_nobody")
    assert (missing.status_code, missing.json()["error"]["message"]) == (400, "No such payout: 'po_nobody'")


def test_disputes_and_payouts_are_listed_and_retrieved(stripe: Ask) -> None:
    assert ids(stripe("/v1/disputes", charge="ch_00000_00")) == ["dp_1"]
    assert ids(stripe("/v1/disputes", charge="ch_00001_00")) == []
    assert ids(stripe("/v1/payouts", status="paid")) == ["po_1"]
    assert stripe("/v1/disputes/dp_1").json()["status"] == "lost"


def test_credit_notes_are_listed_by_invoice(stripe: Ask, settings: Settings) -> None:
    store = Store(settings.home)
    store.stripe("credit_note", "cn_1", seconds(days_ago=3), invoice="in_00000_00", amount=500, status="issued")
    store.save()
    assert ids(stripe("/v1/credit_notes", invoice="in_00000_00")) == ["cn_1"]
    assert ids(stripe("/v1/credit_notes", invoice="in_00000_01")) == []


def test_what_cannot_be_expanded_is_refused(stripe: Ask) -> None:
    answer = stripe("/v1/customers", **{"expand[]": "data.secrets"})
    assert answer.json()["error"]["message"] == "This property cannot be expanded (secrets)."


def test_events_reach_back_thirty_days(stripe: Ask, settings: Settings) -> None:
    old = int(NOW.timestamp()) - 31 * DAY
    with sqlite3.connect(settings.home / "sandbox" / "vendors.db") as store:
        total = store.execute("select count(*) from event").fetchone()[0]
        young = store.execute("select count(*) from event where created >= ?", (old + DAY,)).fetchone()[0]
    found = stripe("/v1/events", limit=100)
    assert len(ids(found)) == young < total


def test_an_event_type_ends_in_a_star(stripe: Ask) -> None:
    types = {entry["type"] for entry in stripe("/v1/events", limit=100, type="invoice.*").json()["data"]}
    assert types == {"invoice.paid"}


def test_too_many_requests_are_429_with_the_time_to_wait(
    stripe: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bucket, "take", lambda self: 3)
    answer = stripe("/v1/customers")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "3")
    assert answer.json()["error"]["code"] == "rate_limit"


def test_the_bucket_lets_a_burst_through_and_then_the_rate() -> None:
    bucket = Bucket(per_second=0.001, burst=3)
    assert [bucket.take() for _ in range(3)] == [0, 0, 0]
    assert bucket.take() >= 900


def test_a_fault_strikes_so_often_and_no_more(vendors: Client, stripe: Ask) -> None:
    vendors.post("/_sandbox/faults", json={"vendor": "stripe", "status": 500, "times": 2, "after": 1})
    assert [stripe("/v1/customers").status_code for _ in range(4)] == [200, 500, 500, 200]


def test_a_vendor_is_down_until_cleared(vendors: Client, stripe: Ask) -> None:
    vendors.post("/_sandbox/faults", json={"vendor": "stripe", "status": 503})
    assert [stripe("/v1/customers").status_code for _ in range(3)] == [503, 503, 503]
    vendors.delete("/_sandbox/faults")
    assert stripe("/v1/customers").status_code == 200


def test_faults_cannot_be_set_from_the_vendors_own_host(vendors: Client) -> None:
    answer = vendors.post("http://api.stripe.com/_sandbox/faults", json={"vendor": "stripe", "status": 500})
    assert answer.status_code == 401


def test_stored_bytes_are_served_as_they_are() -> None:
    body = b'{"id":"in_1", "odd":  "spacing"}'
    assert shorten(body) is body
