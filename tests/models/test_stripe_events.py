"""Whatever Stripe's events hold: what is not as it should be is set aside, and no view of staging stumbles over it."""

from __future__ import annotations

import copy
import hashlib
import hmac
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2 import Environment
from psycopg2.extensions import connection

from app.secrets import get_secret, warehouse_url
from app.settings import ROOT, Settings
from app.stripe_events import SHAPES, judge
from app.warehouse import Warehouse
from app.webhooks import keep, unstorable
from pipelines.dbt import dbt_folder, run_dbt
from tests.models import meridian
from tests.models.conftest import answers
from tests.models.raw_tables import fill_stripe

STAGING = ROOT / "models" / "staging" / "stripe"
VIEW_OF = {
    "customer": "customers", "product": "products", "plan": "plans", "subscription": "subscriptions",
    "invoice": "invoices", "charge": "charges", "coupon": "coupons", "refund": "refunds", "dispute": "disputes",
    "payout": "payouts", "credit_note": "credit_notes",
}  # fmt: skip
HAPPENED = int(datetime(2024, 4, 20, tzinfo=UTC).timestamp())
PATIENT = settings(
    max_examples=80, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def good_bodies() -> Mapping[str, dict[str, Any]]:
    """One object of each kind that the models read, as Stripe sends it."""
    objects = meridian.objects()
    charge = {
        "id": "ch_1", "object": "charge", "customer": "cus_ada", "invoice": "in_1", "status": "succeeded",
        "currency": "usd", "amount": 10000, "amount_refunded": 0, "failure_code": None, "created": meridian.at(1, 10),
    }  # fmt: skip
    discount = {"start": meridian.at(1, 10), "end": None,
                "coupon": {"id": "c", "duration": "once", "percent_off": 12.5}}
    return {
        "customer": objects["customer"][0],
        "product": {"object": "product", **objects["product"][0]},
        "plan": objects["plan"][0],
        "subscription": meridian.ada(),
        "invoice": {**objects["invoice"][2], "discount": discount},
        "charge": charge,
        **_money_moves(),
    }


def _money_moves() -> Mapping[str, dict[str, Any]]:
    """What else a charge may lead to."""
    made = {"currency": "usd", "amount": 4000, "created": meridian.at(1, 12)}
    return {
        "coupon": {
            "id": "HALF", "object": "coupon", "name": "Half", "duration": "repeating", "duration_in_months": 3,
            "percent_off": 50, "amount_off": None, "currency": None, "valid": True, "created": meridian.at(1, 1),
        },
        "refund": made | {
            "id": "re_1", "object": "refund", "charge": "ch_1", "status": "succeeded",
            "reason": "requested_by_customer", "balance_transaction": "txn_1",
        },
        "dispute": made | {
            "id": "dp_1", "object": "dispute", "charge": "ch_1", "status": "lost", "reason": "fraudulent",
            "evidence_details": {"due_by": meridian.at(1, 26)},
        },
        "payout": made | {
            "id": "po_1", "object": "payout", "status": "failed", "arrival_date": meridian.at(1, 15),
            "automatic": True, "failure_code": "could_not_process", "balance_transaction": "txn_2",
        },
        "credit_note": made | {
            "id": "cn_1", "object": "credit_note", "invoice": "in_1", "customer": "cus_ada", "refund": "re_1",
            "status": "issued", "type": "post_payment", "reason": "order_change", "subtotal": 4000, "voided_at": None,
        },
    }  # fmt: skip


def event_of(body: object) -> dict[str, Any]:
    return {
        "id": "evt_1", "object": "event", "type": "some.thing", "created": HAPPENED, "api_version": "2022-11-15",
        "data": {"object": body},
    }  # fmt: skip


def paths(value: object, here: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a JSON value."""
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in members:
        yield (*here, key)
        yield from paths(inner, (*here, key))


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.integers(10**8, 10**10), st.floats(),
    st.sampled_from([10**400, -(10**20), 1e300, 0, -1, 1.5, "soon", "", "2024-01-01", "1704067200", "x" * 300, "\x00",
                     "\ud800", "12.5", "month", "fortnight", 946684799, 4102444800]),
    st.text(max_size=8), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["id", "data", "object", "start"]), st.integers(), max_size=2),
)  # fmt: skip


@st.composite
def spoilt(draw: st.DrawFn, whole: bool) -> dict[str, Any]:
    """A good event of which up to three places were replaced, taken out or added; `whole`: also of its envelope."""
    event = copy.deepcopy(event_of(draw(st.sampled_from(list(good_bodies().values())))))
    root = event if whole else event["data"]["object"]
    for _ in range(draw(st.integers(0, 3))):
        places = list(paths(root))
        if not places:
            break
        *way, last = draw(st.sampled_from(places))
        holder = root
        for step in way:
            holder = holder[step]
        if isinstance(last, str) and draw(st.integers(0, 3)) == 0:
            del holder[last]
        else:
            holder[last] = draw(ODD)
    return event


@pytest.fixture(scope="module")
def staged(migrated: Settings) -> Settings:
    """A warehouse with the views of staging over a Stripe that has never been loaded."""
    result = run_dbt(
        warehouse_url(migrated, "plumbline_builder"), dbt_folder(migrated), ("run", "--select", "stg_stripe__*"),
        as_of=meridian.AS_OF, timezone="America/New_York",
    )  # fmt: skip
    assert result.success, result.exception
    return migrated


@pytest.fixture(scope="module")
def admin(staged: Settings) -> Iterator[connection]:
    address = warehouse_url(staged).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as opened:
        yield opened


def read_staging(admin: connection) -> Mapping[str, int]:
    """Rows by view; every column of every row is worked out."""
    return {file.stem: len(answers(admin, f"select * from staging.{file.stem}")) for file in STAGING.glob("*.sql")}


def put(admin: connection, event: Mapping[str, Any]) -> None:
    """Stores an event past the portal, as if nobody had looked at it."""
    with admin.cursor() as cursor:
        cursor.execute("delete from raw_stripe_webhook.event")
        cursor.execute(
            "insert into raw_stripe_webhook.event (event_id, type, created, payload) "
            "values (%s, %s, to_timestamp(%s), %s)",
            (event["id"], event["type"], event["created"], json.dumps(event)),
        )
    admin.commit()


@pytest.mark.parametrize("kind", VIEW_OF)
def test_a_good_object_is_read(staged: Settings, admin: connection, kind: str) -> None:
    event = event_of(good_bodies()[kind])
    assert judge(event).state == "read"
    put(admin, event)
    assert read_staging(admin)[f"stg_stripe__{VIEW_OF[kind]}"] == 1


def test_a_dispute_that_nobody_may_answer_is_read(staged: Settings, admin: connection) -> None:
    """Stripe's documentation: due_by will be 0 if the bank doesn't allow a response for this dispute."""
    event = event_of(good_bodies()["dispute"] | {"evidence_details": {"due_by": 0}})
    assert judge(event).state == "read"
    put(admin, event)
    query = "select dispute_id, answer_due_at from staging.stg_stripe__disputes"
    assert answers(admin, query) == [("dp_1", None)]


@PATIENT
@given(event=spoilt(whole=False))
def test_the_views_leave_out_exactly_what_the_portal_would_set_aside(
    staged: Settings, admin: connection, event: dict[str, Any]
) -> None:
    if unstorable(event) or not _is_json(event):
        return
    put(admin, event)
    rows = read_staging(admin)
    kinds = {kind for kind, view in VIEW_OF.items() if rows[f"stg_stripe__{view}"]}
    assert kinds == ({event["data"]["object"]["object"]} if judge(event).state == "read" else set())


@PATIENT
@given(event=spoilt(whole=True))
def test_whatever_the_portal_accepts_staging_can_be_read(
    staged: Settings, admin: connection, event: dict[str, Any]
) -> None:
    put(admin, event_of(None))
    body = json.dumps(event).encode()
    moment = int(time.time())
    key = get_secret(staged, "stripe_webhook").encode()
    signature = hmac.new(key, f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    with closing(Warehouse(staged)) as warehouse:
        answer = keep(staged, warehouse, body, f"t={moment},v1={signature}")
    assert answer.status_code in (200, 400), bytes(answer.body)
    assert (answer.status_code == 200) == json.loads(bytes(answer.body))["received"]
    read_staging(admin)


def _is_json(event: dict[str, Any]) -> bool:
    try:
        json.dumps(event, allow_nan=False)
    except ValueError:
        return False
    return True


def test_a_bad_event_leaves_the_loaded_row_and_the_last_good_event(staged: Settings, admin: connection) -> None:
    """Loaded on 5 April; renamed well on the 10th, badly on the 20th."""
    ada = good_bodies()["customer"]
    extracted = datetime(2024, 4, 5, tzinfo=UTC)
    put(admin, event_of(ada | {"name": ["a list"]}))
    fill_stripe(admin, {"customer": [ada]}, extracted_at=extracted)
    run_dbt(
        warehouse_url(staged, "plumbline_builder"), dbt_folder(staged), ("run", "--select", "stg_stripe__customers"),
        as_of=meridian.AS_OF, timezone="America/New_York",
    )  # fmt: skip
    names = "select customer_name from staging.stg_stripe__customers"
    assert answers(admin, names) == [("Ada's",)]
    good = event_of(ada | {"name": "Ada & Co"}) | {"id": "evt_good"}
    with admin.cursor() as cursor:
        cursor.execute(
            "insert into raw_stripe_webhook.event (event_id, type, created, payload) values ('evt_good', 'a', %s, %s)",
            (extracted + timedelta(days=5), json.dumps(good)),
        )
    admin.commit()
    assert answers(admin, names) == [("Ada & Co",)]
    answers_before = "update raw_stripe_webhook.event set state = 'quarantined' where event_id = 'evt_good' returning 1"
    assert answers(admin, answers_before) == [(1,)]
    assert answers(admin, names) == [("Ada's",)]


def macro_of(file: Path, name: str) -> Any:
    """What a macro of dbt's returns that only returns a value."""
    returned: list[Any] = []
    environment = Environment(extensions=["jinja2.ext.do"])
    environment.globals["return"] = returned.append
    getattr(environment.from_string(file.read_text()).module, name)()
    return returned[0]


def test_the_portal_and_the_models_read_the_same_shapes() -> None:
    assert macro_of(ROOT / "models" / "macros" / "stripe_shapes.sql", "stripe_shapes") == SHAPES


def test_every_column_that_a_view_casts_has_a_shape() -> None:
    """A view that reads one more field of an event says in stripe_shapes what the field must be."""
    casts = {"text": {"word", "text", "interval"}, "numeric": {"amount", "percent"}, "integer": {"count"},
             "boolean": {"flag"}, "timestamptz": {"instant"}}  # fmt: skip
    asked: list[tuple[str, Mapping[str, str], str | None]] = []

    def stripe_objects(kind: str, _: str, columns: Mapping[str, str], nested: str | None = None, **__: object) -> str:
        asked.append((kind, columns, nested))
        return ""

    for file in STAGING.glob("*.sql"):
        environment = Environment()
        environment.globals |= {"stripe_objects": stripe_objects, "raw": lambda *_: ""}
        environment.globals |= {"json_instant": str, "json_list": str}
        environment.from_string(file.read_text()).render()
    assert len(asked) == sum("stripe_objects(" in file.read_text() for file in STAGING.glob("*.sql")) > 8
    for kind, columns, nested in asked:
        shape = SHAPES[kind] if nested is None else SHAPES[kind][f"{nested}!"]["data!"][0]
        known = {name.rstrip("!"): inner for name, inner in shape.items()}
        own = {name: type_ for name, type_ in columns.items() if nested is None or name != kind}
        for name, type_ in own.items():
            found = known.get(name)
            assert found in casts[type_] if type_ in casts else isinstance(found, dict), (kind, name, type_, found)
