"""A part made of slices comes, row by row of every table, to what the whole build of the same instant comes to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from psycopg2.extensions import connection

from app.clock import wall
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import live_slice
from pipelines.build import last_good
from pipelines.live_build import LiveBuild, build_live
from pipelines.live_slice import touched_since
from tests.models import meridian
from tests.models.conftest import answers, built_once, contents
from tests.models.raw_tables import fill_files, fill_stripe

pytestmark = pytest.mark.slow
Build = Callable[[datetime], None]
APRIL = datetime(2024, 4, 20, 15, tzinfo=UTC)
SAME_TABLE = "select 'core.fct_invoice'::regclass::oid"
IDENTITIES = [
    {"customer_id": "MW-2", "source": "stripe", "source_id": "cus_bo", "kind": "customer",
     "known_date": date(2024, 1, 20)},
    {"customer_id": "MW-2", "source": "stripe", "source_id": "cus_bo_again", "kind": "customer",
     "known_date": date(2024, 1, 20)},
    {"customer_id": "MW-9", "source": "stripe", "source_id": "cus_us", "kind": "internal",
     "known_date": date(2024, 1, 20)},
]  # fmt: skip


def load(database: connection) -> None:
    fill_stripe(database, meridian.objects(), extracted_at=datetime(2024, 4, 5, tzinfo=UTC))
    fill_files(database, {"exchange_rates": meridian.RATES, "contracts": meridian.CONTRACTS, "identities": IDENTITIES})


@pytest.fixture
def loaded(database: connection) -> connection:
    load(database)
    return database


built = built_once("april", load, APRIL)


CHARGE = {"id": "ch_1", "object": "charge", "customer": None, "status": "succeeded", "currency": "usd", "amount": 700,
          "created": meridian.at(4, 10)}  # fmt: skip


def happens(database: connection, body: Mapping[str, Any], at: int) -> None:
    """Stores an event of Stripe that speaks of an object, as the webhook does."""
    with database.cursor() as cursor:
        cursor.execute(
            "insert into raw_stripe_webhook.event (event_id, type, created, payload, state) values "
            "('evt_' || md5(random()::text), %s, to_timestamp(%s), %s, 'read')",
            (f"{body['object']}.updated", at, json.dumps({"data": {"object": body}})),
        )
    database.commit()


def _differences(part: Mapping[str, Any], whole: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name: (part[name], rows) for name, rows in whole.items() if part[name] != rows}


def _is_as_the_whole(migrated: Settings, database: connection, build_as_of: Build) -> None:
    """What a part has come to, a whole build comes to."""
    part = contents(migrated, database)
    build_as_of(APRIL)
    assert _differences(part, contents(migrated, database)) == {}


def test_slices_come_to_what_the_whole_comes_to(migrated: Settings, built: connection, build_as_of: Build) -> None:
    """A newcomer whose id holds a quote, a second record of a merged customer, one that was ours all along, a void
    invoice, a new name, an end: each in a part of its own, and all on models read once.
    """
    [table], first = answers(built, SAME_TABLE), contents(migrated, built)
    for bodies in (
        _newcomer("o'hara"),
        _newcomer("bo_again"),
        _newcomer("us"),
        [{**meridian.objects()["invoice"][3], "status": "void"}],
        [{**meridian.objects()["customer"][0], "name": "Ada's and Sons", "address": {"country": "CA"}}],
        [meridian.ada(ended_at=meridian.at(4, 10))],
    ):
        for body in bodies:
            happens(built, body, meridian.at(4, 19))
        assert build_live(migrated, APRIL, {"stripe_webhook": wall()}).failures == ()
    assert answers(built, SAME_TABLE) == [table], "a slice leaves the table itself where it is"
    part = contents(migrated, built)
    build_as_of(APRIL)
    assert _differences(part, contents(migrated, built)) == {}
    changed = {name for name in part if part[name] != first[name]}
    assert changed >= {"rollup.mrr_month", "rollup.mrr_movement", "core.fct_mrr_segment", "core.dim_customer"}
    customers = answers(built, "select distinct customer_id from core.fct_invoice order by 1")
    assert customers == [("MW-2",), ("cus_ada",), ("cus_o'hara",)]


def test_the_clock_alone_and_charges_of_nobody(
    migrated: Settings, loaded: connection, build_as_of: Build
) -> None:
    """Ada's subscription ends at noon; the whole build was before, and the event after it speaks of somebody else. A
    guest's charge, who is no customer at Stripe, is counted on, and once when it turns out to be Ada's.
    """
    happens(loaded, CHARGE, meridian.at(4, 10))
    happens(loaded, meridian.ada(ended_at=meridian.at(4, 20)), meridian.at(4, 19))
    _all_came_long_ago(loaded)
    build_as_of(APRIL - timedelta(hours=6))
    before, [table] = _paid(loaded), answers(loaded, SAME_TABLE)
    for body in _newcomer("late"):
        happens(loaded, body, meridian.at(4, 20))
    assert build_live(migrated, APRIL, {"stripe_webhook": wall()}).failures == ()
    assert answers(loaded, SAME_TABLE) == [table]
    assert (before - _paid(loaded), _paid(loaded) - before) == ({"cus_ada"}, {"cus_late"})
    assert answers(loaded, "select received_usd from mart_finance.payments_monthly") == [(7,)]
    _is_as_the_whole(migrated, loaded, build_as_of)
    happens(loaded, {**CHARGE, "customer": "cus_ada"}, meridian.at(4, 20))
    assert build_live(migrated, APRIL, {"stripe_webhook": wall()}).failures == ()
    assert answers(loaded, "select charge_id, customer_id from core.fct_payment") == [("ch_1", "cus_ada")]


@pytest.mark.campaign
def test_who_is_known_by_other_names_or_was_moved_otherwise_is_in_the_part(
    migrated: Settings, loaded: connection, build_as_of: Build
) -> None:
    """Only newcomers are spoken of. One has no record yet, though the file says whose it is; another's invoice was
    somebody else's. Of the rest, the clock moves one who has no record any more, and Ada, who ended at the very instant
    of the whole build; and a file that was loaded since makes Bo another customer.
    """
    _tell(loaded, IDENTITIES[1:])
    for body in [*_newcomer("gone")[1:], *_newcomer("was"), meridian.ada(ended_at=meridian.at(4, 20, 9))]:
        ended = {"ended_at": meridian.at(4, 20, 12)} if body["id"] == "sub_gone" else {}
        happens(loaded, {**body, **ended}, meridian.at(4, 19))
    _all_came_long_ago(loaded)
    build_as_of(APRIL - timedelta(hours=6))
    [table] = answers(loaded, SAME_TABLE)
    _tell(loaded, IDENTITIES)
    for body in [*_newcomer("bo_again")[1:], {**_newcomer("was")[2], "customer": "cus_is"}]:
        happens(loaded, body, meridian.at(4, 20))
    assert build_live(migrated, APRIL, {"stripe_webhook": wall()}).failures == ()
    assert answers(loaded, SAME_TABLE) == [table]
    _is_as_the_whole(migrated, loaded, build_as_of)


def test_where_it_cannot_be_said_whose_rows_are_new_all_are_worked_out(
    migrated: Settings, built: connection, build_as_of: Build, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than a slice is good for; and then a product, which is anybody's."""
    tables = answers(built, SAME_TABLE)
    with monkeypatch.context() as few:
        few.setattr(live_slice, "MOST_CUSTOMERS", 1)
        for body in [*_newcomer("one"), *_newcomer("two")]:
            happens(built, body, meridian.at(4, 19))
        assert build_live(migrated, APRIL, {"stripe_webhook": wall()}).failures == ()
    tables += answers(built, SAME_TABLE)
    assert len({*tables}) == 2
    _is_as_the_whole(migrated, built, build_as_of)
    tables = answers(built, SAME_TABLE)
    happens(built, {"id": "prod_core", "object": "product", "name": "Corner", "created": meridian.at(1, 1)},
            meridian.at(4, 19))  # fmt: skip
    assert build_live(migrated, APRIL, {"stripe_webhook": wall()}).failures == ()
    assert answers(built, SAME_TABLE) != tables
    _is_as_the_whole(migrated, built, build_as_of)


def test_what_reaches_no_sliced_model_comes_along(migrated: Settings, built: connection) -> None:
    """People use the product all the time: their rows reach none of the sliced models, those of the files reach all."""
    [table] = answers(built, SAME_TABLE)
    for body in _newcomer("one"):
        happens(built, body, meridian.at(4, 19))
    found = build_live(migrated, APRIL, {"stripe_webhook": wall(), "production": wall()})
    assert (found.failures, answers(built, SAME_TABLE)) == ((), [table])
    assert {"cus_ada", "cus_one"} <= {
        customer for (customer,) in answers(built, "select customer_id from core.fct_invoice")
    }
    assert build_live(migrated, APRIL, {"stripe_webhook": wall(), "files": wall()}).failures == ()
    assert answers(built, SAME_TABLE) != [table]


def test_all_records_of_a_customer_are_touched_by_an_event_of_one(migrated: Settings, built: connection) -> None:
    good = last_good(migrated)
    assert good is not None
    for body in _newcomer("bo_again"):
        happens(built, body, meridian.at(4, 19))
    found = touched_since(warehouse_url(migrated, "plumbline_builder"), good, APRIL)
    assert found == live_slice.Touched(
        frozenset({"MW-2", "cus_bo_again"}), frozenset({"MW-2", "cus_bo", "cus_bo_again"})
    )


def test_no_part_is_built_on_what_a_killed_build_has_left(
    migrated: Settings, built: connection, build_as_of: Build
) -> None:
    """It made core anew and never said how it ended: its note is the table it leaves."""
    with built.cursor() as cursor:
        cursor.execute("create table rollup_next.whole_build ()")
        cursor.execute("alter table rollup_next.whole_build owner to plumbline_builder")
    built.commit()
    assert build_live(migrated, APRIL, {"stripe_webhook": wall()}) == LiveBuild()
    build_as_of(APRIL)
    assert build_live(migrated, APRIL, {"stripe_webhook": wall()}).models > 0


def _tell(database: connection, identities: list[dict[str, Any]]) -> None:
    """The file of identities as it is built: the table stays, and with it the view that reads it."""
    names = ("customer_id", "source", "source_id", "kind")
    with database.cursor() as cursor:
        cursor.execute("delete from raw_files.identities")
        for told in identities:
            cursor.execute(
                f"insert into raw_files.identities ({', '.join(names)}) values (%s, %s, %s, %s)",
                [told[name] for name in names],
            )
    database.commit()


def _all_came_long_ago(database: connection) -> None:
    with database.cursor() as cursor:
        cursor.execute("update raw_stripe_webhook.event set received_at = now() - interval '1 hour'")
    database.commit()


def _paid(database: connection) -> set[str]:
    """Who pays at the end of what the warehouse speaks about."""
    rows = answers(database, "select customer_id from rollup.mrr_customer_month where month = '2024-04-01' "
                             "group by 1 having sum(closing_minor) > 0")  # fmt: skip
    return {customer for (customer,) in rows}


def _newcomer(name: str) -> list[Mapping[str, Any]]:
    """A customer with a subscription and its paid invoice, since 19 April; all that is Ada's, under another name."""
    told = meridian.objects()
    copied = json.dumps([told["customer"][0], told["subscription"][0], told["invoice"][3]])
    for kind in ("cus", "sub", "si"):
        copied = copied.replace(f"{kind}_ada", f"{kind}_{name}")
    copied = copied.replace('"in_4"', f'"in_{name}"').replace('"il_5"', f'"il_{name}"')
    copied = copied.replace(str(meridian.at(3, 10)), str(meridian.at(4, 19)))
    copied = copied.replace(str(meridian.at(4, 10)), str(meridian.at(5, 19)))
    bodies: list[Mapping[str, Any]] = json.loads(copied)
    return [{**body, "canceled_at": None} if body["object"] == "subscription" else body for body in bodies]
