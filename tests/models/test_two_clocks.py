"""What was known when, over a company built at several instants: each sum here was worked out on paper.

April of 2024 closes with 860.00: Ada 200, Bo 100 EUR at 1.20, Cy 500 and Ed 40. Then, one after the other:
late data: Di's invoice of 2 April (+100), and that Ada left on 10 April (-200): 760.
correction: Bo's invoice was for half the price (-60); Di's for 150, and at once a second came, of 20 from 20 April:
    +70 that nobody can tell apart: 770.
identity: Ed is internal (-40), Di and Bo are one customer: 730 of two customers.
definition: from then on it is what the month opens with: Ada 200, Bo 60 and Cy 500: 760.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from psycopg2.extensions import connection

from app.access import OPERATOR, Viewer
from app.clock import wall
from app.errors import NotPermitted, QuestionError
from app.known.movement import Movement, movement
from app.metrics import Metric, Question, catalogue
from app.secrets import warehouse_url
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines import remember as step
from pipelines.build import build
from pipelines.history_tables import view_of
from pipelines.job import Run
from pipelines.live_build import build_live
from pipelines.remember import remember
from pipelines.services import running
from tests.cli.conftest import Plumbline, plumbline
from tests.models import meridian
from tests.models.conftest import answers
from tests.models.raw_tables import fill_files, fill_stripe

__all__ = ["plumbline"]
pytestmark = pytest.mark.slow
Build = Callable[[datetime], None]
FIRST = datetime(2024, 5, 1, 15, tzinfo=UTC)
APRIL = date(2024, 4, 1)


@dataclass
class Company:
    """A warehouse in which everything happened, and what a slow copy says of it.

    Attributes:
        instants: the business instant of each remembered build, in order.
        copies: of each of them every row of every mart that is remembered, copied in full when it was live.
    """

    database: connection
    settings: Settings
    instants: list[datetime] = field(default_factory=list)
    copies: list[dict[str, list[str]]] = field(default_factory=list)

    def remember(self, at: datetime) -> Mapping[str, Any]:
        detail = remember(Run(uuid4(), at, self.settings, "build")).detail
        self.instants.append(at)
        marts = [name for (name,) in answers(self.database, "select dataset from portal.known_mart")]
        self.copies.append({name: _rows(self.database, name, "true") for name in marts})
        return detail

    def live(self, source: str) -> None:
        """What is new of a source becomes figures, an hour after the build before, and is remembered."""
        at = self.instants[-1] + timedelta(hours=1)
        found = build_live(self.settings, at, {source: wall()})
        assert found.models and not found.failures, found
        assert self.remember(at)["marts"]

    def post(self, event_id: str, kind: str, day: int, body: Mapping[str, Any]) -> None:
        event = {"id": event_id, "object": "event", "type": kind, "created": meridian.at(4, day),
                 "data": {"object": body}}  # fmt: skip
        with self.database.cursor() as cursor:
            cursor.execute(
                "insert into raw_stripe_webhook.event (event_id, type, created, payload, state) values "
                "(%s, %s, to_timestamp(%s), %s, 'read')",
                (event_id, kind, event["created"], json.dumps(event)),
            )
        self.database.commit()


def _rows(database: connection, relation: str, where: str) -> list[str]:
    row = "(to_jsonb(t) - 'recorded_from' - 'recorded_to')::text"
    query = f"select {row} from {relation} as t where {where} order by 1"
    return [row for (row,) in answers(database, query)]


def _bill(
    key: str, who: str, when: int, amount: int, plan: str = "month", currency: str = "usd", item: str = ""
) -> dict[str, Any]:
    """An invoice of one line, in Stripe's own terms; `amount` is the price of the plan's cycle."""
    days = 366 if plan == "year" else 30
    price = {"id": f"plan_{plan}", "object": "plan", "product": "prod_core", "nickname": "Team", "amount": amount,
             "currency": currency, "interval": plan, "interval_count": 1, "usage_type": "licensed"}  # fmt: skip
    line = {
        "id": key.replace("in", "il"), "object": "line_item", "subscription": f"sub_{who}",
        "subscription_item": f"si_{item or who}", "type": "subscription", "amount": amount, "quantity": 1,
        "currency": currency, "proration": False, "plan": price, "period": {"start": when, "end": when + days * 86400},
    }  # fmt: skip
    return {
        "id": key, "object": "invoice", "customer": f"cus_{who}", "subscription": f"sub_{who}", "status": "paid",
        "currency": currency, "subtotal": amount, "total": amount, "tax": None, "amount_due": amount,
        "amount_paid": amount, "amount_remaining": 0, "created": when, "discount": None,
        "status_transitions": {"finalized_at": when, "paid_at": when, "voided_at": None},
        "lines": {"object": "list", "data": [line]},
    }  # fmt: skip


def _bo(amount: int) -> dict[str, Any]:
    """Bo's invoice of 20 January, whose line has the id that it has in `meridian`."""
    bill = _bill("in_5", "bo", meridian.at(1, 20), amount, "year", "eur")
    bill["lines"]["data"][0]["id"] = "il_6"
    return bill


def _customer(who: str) -> dict[str, Any]:
    return {"id": f"cus_{who}", "object": "customer", "name": who.title(), "address": {"country": "US"},
            "created": meridian.at(1, 5)}  # fmt: skip


def _load(database: connection) -> None:
    objects = meridian.objects()
    objects["customer"].append(_customer("ed"))
    objects["invoice"].append(_bill("in_9", "ed", meridian.at(1, 12), 4000))
    fill_stripe(database, objects, extracted_at=datetime(2024, 4, 5, tzinfo=UTC))
    fill_files(database, {"exchange_rates": meridian.RATES, "contracts": meridian.CONTRACTS, "identities": []})


def _redefined() -> dict[str, Metric]:
    """The catalogue in which MRR is what the month opens with, as version 2."""
    old = catalogue()["net_mrr"]
    certified = old.certified.model_copy(update={"version": 2})
    return dict(catalogue()) | {"net_mrr": old.model_copy(update={"column": "opening_mrr_usd", "certified": certified})}


@pytest.fixture(scope="module")
def company(migrated: Settings) -> Iterator[Company]:
    address = warehouse_url(migrated).set(drivername="postgresql").render_as_string(hide_password=False)
    with running(migrated, "warehouse"), closing(psycopg2.connect(address)) as database:
        _load(database)
        lived = Company(database, migrated)
        build(Run(uuid4(), FIRST, migrated, "build"))
        assert lived.remember(FIRST)["came"]
        assert remember(Run(uuid4(), FIRST, migrated, "build")).detail["came"] == 0, "it is remembered already"

        lived.post("evt_1", "customer.created", 6, _customer("di"))
        lived.post("evt_2", "invoice.paid", 6, _bill("in_7", "di", meridian.at(4, 2), 10000))
        lived.post("evt_3", "customer.subscription.deleted", 10, meridian.ada(ended_at=meridian.at(4, 10)))
        lived.live("stripe_webhook")

        lived.post("evt_4", "invoice.updated", 11, _bo(60000))
        lived.post("evt_5", "invoice.updated", 11, _bill("in_7", "di", meridian.at(4, 2), 15000))
        lived.post("evt_6", "invoice.paid", 21, _bill("in_8", "di", meridian.at(4, 20), 2000, item="di_more"))
        lived.live("stripe_webhook")

        with database.cursor() as cursor:
            cursor.execute(
                "insert into raw_files.identities (source, source_id, customer_id, kind, reason, known_on) values "
                "('stripe', 'cus_ed', '', 'internal', '', '2024-05-01'), "
                "('stripe', 'cus_di', 'cus_bo', 'customer', '', '2024-05-01')"
            )
        database.commit()
        lived.live("files")

        with pytest.MonkeyPatch.context() as changed:
            changed.setattr(step, "catalogue", _redefined)
            with database.cursor() as cursor:
                cursor.execute(
                    "insert into portal.build_run values (%s, clock_timestamp(), clock_timestamp(), %s, 'ok', 9)",
                    (str(uuid4()), lived.instants[-1] + timedelta(hours=1)),
                )
            database.commit()
            assert lived.remember(lived.instants[-1] + timedelta(hours=1))["definitions"] == 1
        yield lived


@pytest.fixture
def warehouse(company: Company) -> Iterator[Warehouse]:
    with closing(Warehouse(company.settings)) as found:
        yield found


def moved(warehouse: Warehouse, name: str, **asked: Any) -> Movement:
    asked = {"month": APRIL, "since": None, "until": None} | asked
    return movement(warehouse.memory, OPERATOR, name, **asked)


def known(warehouse: Warehouse, name: str, at: datetime, **asked: Any) -> Decimal | None:
    then = warehouse.memory.answer(OPERATOR, Question(name, since=APRIL, until=APRIL, **asked), known=at)
    ((_, *_, value),) = then.answer.rows
    return value


def test_what_was_known_at_each_instant(company: Company, warehouse: Warehouse) -> None:
    found = [known(warehouse, "net_mrr", at) for at in company.instants]
    assert found == [860, 760, 770, 730, 760]
    assert [known(warehouse, "net_mrr", at + timedelta(minutes=59)) for at in company.instants] == found
    assert known(warehouse, "arr", company.instants[1]) == 12 * 760
    assert known(warehouse, "net_mrr", company.instants[2], where=(("country", "DE"),)) == 60


def test_rows_of_then_are_those_that_a_full_copy_holds(company: Company) -> None:
    """The slow obvious loop: every row of every mart, copied when it was live, against what is remembered of it."""
    recorded = [at for (at,) in answers(company.database, "select recorded_at from portal.known_build order by 1")]
    assert len(recorded) == len(company.copies) == 5
    compared = 0
    for at, copy in zip(recorded, company.copies, strict=True):
        when = f"recorded_from <= '{at}' and (recorded_to is null or recorded_to > '{at}')"
        for mart, rows in copy.items():
            assert _rows(company.database, view_of(mart), when) == rows, mart
            compared += len(rows)
    assert len(company.copies[0]) > 30 and compared > 500


def test_each_cause_has_its_part_and_they_add_up(company: Company, warehouse: Warehouse) -> None:
    found = moved(warehouse, "net_mrr")
    assert [(move.before, move.value) for move in found.moves] == [(860, 760), (760, 770), (770, 730), (730, 760)]
    assert [
        [(part.cause, part.amount, part.may_be, part.customers) for part in move.parts] for move in found.moves
    ] == [
        [("late_data", -100, (), {"cus_ada": -200, "cus_di": 100})],
        [
            ("correction", -60, (), {"cus_bo": -60}),
            ("undetermined", 70, ("correction", "late_data"), {"cus_di": 70}),
        ],
        [("identity_merge", -40, (), {"cus_ed": -40, "cus_di": -170, "cus_bo": 170})],
        [("definition_change", 30, (), {})],
    ]
    assert {cause: amount for cause, amount in found.causes.items() if amount} == {
        "late_data": -100, "correction": -60, "undetermined": 70, "identity_merge": -40, "definition_change": 30,
    }  # fmt: skip
    assert sum(found.causes.values()) == found.difference == -100


def test_customers_and_multiples_are_split_alike(company: Company, warehouse: Warehouse) -> None:
    counted = moved(warehouse, "active_customers")
    assert [(move.before, move.value) for move in counted.moves] == [(4, 2)]
    assert counted.moves[0].parts[0].customers == {"cus_ed": -1, "cus_di": -1}
    assert {cause for cause, amount in counted.causes.items() if amount} == {"identity_merge"}
    yearly = moved(warehouse, "arr", until=company.instants[3])
    assert {cause: amount for cause, amount in yearly.causes.items() if amount} == {
        "late_data": -1200, "correction": -720, "undetermined": 840, "identity_merge": -480,
    }  # fmt: skip


def test_a_ratio_is_explained_as_a_whole(company: Company, warehouse: Warehouse) -> None:
    """860 ÷ 4, 760 ÷ 4, 770 ÷ 4, 730 ÷ 2."""
    found = moved(warehouse, "arpa", until=company.instants[3])
    assert [move.value for move in found.moves] == [190, Decimal("192.5"), 365]
    assert [[(part.cause, part.may_be) for part in move.parts] for move in found.moves] == [
        [("late_data", ())], [("undetermined", ("correction", "late_data"))], [("identity_merge", ())],
    ]  # fmt: skip
    assert sum(found.causes.values()) == found.difference == 150


def test_a_span_begins_and_ends_where_it_is_asked(company: Company, warehouse: Warehouse) -> None:
    found = moved(warehouse, "net_mrr", since=company.instants[1], until=company.instants[2])
    assert (found.first_value, found.last_value, len(found.moves)) == (760, 770, 1)
    march = moved(warehouse, "net_mrr", month=date(2024, 3, 1), until=company.instants[3])
    assert [(move.before, move.value) for move in march.moves] == [(860, 800), (800, 760)]
    assert {cause: amount for cause, amount in march.causes.items() if amount} == {
        "correction": -60, "identity_merge": -40,
    }  # fmt: skip


def test_other_models_are_a_change_of_definition(company: Company, warehouse: Warehouse) -> None:
    """By another digest of the models alone, what moved without a record is theirs, and what moved with one is not."""
    with company.database.cursor() as cursor:
        cursor.execute("update portal.known_definition set models = 'other' where metric = 'net_mrr' and recorded_from "
                       "= (select min(recorded_from) from portal.known_definition)")  # fmt: skip
        cursor.execute("insert into portal.known_definition select metric, (select recorded_at from portal.known_build "
                       "order by 1 offset 2 limit 1), recorded_to, version, definition, 'newer' from "
                       "portal.known_definition where metric = 'net_mrr' and version = 1")  # fmt: skip
        cursor.execute("update portal.known_definition set recorded_to = (select recorded_at from portal.known_build "
                       "order by 1 offset 2 limit 1) where metric = 'net_mrr' and models = 'other'")  # fmt: skip
    company.database.commit()
    with closing(Warehouse(company.settings)) as fresh:
        found = moved(fresh, "net_mrr", until=company.instants[2])
    assert {part.may_be for part in found.moves[1].parts} == {
        ("correction", "definition_change"), ("correction", "definition_change", "late_data"),
    }  # fmt: skip
    assert found.causes["undetermined"] == 10
    with company.database.cursor() as cursor:
        cursor.execute("delete from portal.known_definition where models = 'newer'")
        cursor.execute("update portal.known_definition as d set recorded_to = (select recorded_from from "
                       "portal.known_definition as n where n.metric = 'net_mrr' and n.version = 2), models = n.models "
                       "from portal.known_definition as n where d.models = 'other' and n.metric = 'net_mrr' and "
                       "n.version = 2")  # fmt: skip
    company.database.commit()


def test_what_is_not_remembered_or_not_allowed_is_refused(company: Company, warehouse: Warehouse) -> None:
    with pytest.raises(QuestionError, match=r"Nothing is remembered .* from 1 May 2024, 11:00:00 on"):
        known(warehouse, "net_mrr", FIRST - timedelta(seconds=1))
    with pytest.raises(QuestionError, match="--from"):
        moved(warehouse, "net_mrr", since=FIRST - timedelta(seconds=1))
    with pytest.raises(QuestionError, match="has a value for each"):
        moved(warehouse, "funnel_reached")
    for month in (date(2020, 1, 1), date(2026, 12, 1)):
        with pytest.raises(QuestionError, match=r"Nothing was ever known of net_mrr in 20\d\d-\d\d\. Expected a month "
                                                r"from 2024-0\d to 2024-05\."):  # fmt: skip
            moved(warehouse, "net_mrr", month=month)
    sales = Viewer("sofia@example.com", ("sales",))
    with pytest.raises(NotPermitted):
        warehouse.memory.answer(sales, Question("net_mrr"), known=FIRST)
    with pytest.raises(QuestionError, match="product"):
        known(warehouse, "net_mrr", FIRST, where=(("product", "Coer"),))


def test_the_command_line_has_both_clocks(company: Company, plumbline: Plumbline) -> None:
    """An instant without an offset is one of New York; a part that came an hour later is not known yet."""

    def asked(*options: str) -> Any:
        ended = plumbline(company.settings, "metric", "net_mrr", "--until", "2024-04", *options, "--json")
        return json.loads(ended.stdout)

    found = asked("--as-of", "2024-05-01T12:59")
    assert found["rows"][-1] == {"month": "2024-04-01", "value": 760}
    assert (found["known"]["known_at"], found["known"]["version"], found["receipt"]) == (
        "2024-05-01T16:00:00+00:00", 1, None
    )  # fmt: skip
    assert asked("--as-of", found["known"]["build_id"])["rows"] == found["rows"]
    about = asked("--at", "2024-03-31")
    assert about["rows"][-1] == {"month": "2024-03-01", "value": 760}
    assert about["receipt"], "it is an answer of today"
    both = asked("--at", "2024-03-31", "--as-of", "2024-05-01T11:00")
    assert both["rows"][-1] == {"month": "2024-03-01", "value": 860}
    told = plumbline(company.settings, "known", "net_mrr", "--month", "2024-04")
    for words in ("MRR of April 2024, usd", "Difference −100", "−200 cus_ada", "70 correction at source or late data"):
        assert words in told.stdout, told.stdout + told.stderr
    listed = json.loads(plumbline(company.settings, "known", "net_mrr", "--month", "2024-04", "--json").stdout)
    assert sum(listed["causes"].values()) == listed["difference"] == -100
    for instant, words in (
        ("2024-04-30", "Nothing is remembered"), ("2999-01-01", "ahead of the business clock"),
        ("yesterday", "neither a date nor an instant"), (str(uuid4()), "No build of that id is remembered"),
    ):  # fmt: skip
        assert words in asked("--as-of", instant)["error"]["message"]
