"""The one way to the data: the right login, read-only, in time, audited, and errors without secrets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from app.access import OPERATOR, ROLES, Viewer
from app.errors import NotBuilt, NotPermitted, PlumblineError, QuestionError, UsageError, WarehouseDown
from app.metrics import Metric, Question
from app.secrets import ADMIN, get_secret
from app.settings import Settings
from app.warehouse import Warehouse

from .conftest import AS_OF, run_as

FINANCE = Viewer("femi@example.com", ("finance",), "203.0.113.7")
SALES = Viewer("sofia@example.com", ("sales",))
EXECUTIVE = Viewer("eva@example.com", ("executive",))
NOBODY = Viewer("stranger@example.com", ())
AUDIT = "select email, role, action, metric, filters, row_count, outcome, address from portal.audit order by audit_id"


def test_an_answer_carries_exact_rows_a_frame_to_draw_and_its_proof(warehouse: Warehouse) -> None:
    answer = warehouse.answer(FINANCE, Question("net_mrr", by=("product",), until=date(2026, 9, 1)), as_of=AS_OF)
    assert answer.rows == (
        (date(2026, 9, 1), "Base", Decimal("260.50")),
        (date(2026, 9, 1), "Plus", Decimal("40.05")),
    )
    assert list(answer.frame.columns) == ["month", "product", "value"]
    assert answer.frame["month"].tolist() == [pd.Timestamp("2026-09-01")] * 2
    assert answer.frame["value"].tolist() == [260.50, 40.05]
    assert "mart_finance.mrr_monthly" in answer.sql
    assert answer.metric.name == "net_mrr"


def test_an_empty_answer_has_its_columns(warehouse: Warehouse) -> None:
    frame = warehouse.answer(FINANCE, Question("net_mrr", until=date(2020, 1, 1)), as_of=AS_OF).frame
    assert list(frame.columns) == ["month", "value"]
    assert frame.empty


@pytest.mark.parametrize("role", ROLES)
def test_a_role_sees_a_metric_exactly_when_the_database_lets_its_login(warehouse: Warehouse, role: str) -> None:
    viewer = Viewer("x@example.com", (role,))
    expected = {"finance": {"net_mrr", "cash_runway"}, "executive": {"net_mrr"}, "analyst": {"net_mrr"},
                "sales": {"open_pipeline"}}.get(role, set())  # fmt: skip
    for name in ("net_mrr", "cash_runway", "open_pipeline"):
        assert (name in warehouse.visible_metrics(viewer)) == (name in expected)
        if name in expected:
            assert warehouse.answer(viewer, Question(name), as_of=AS_OF).rows
            assert warehouse.passport(viewer, name, as_of=AS_OF).definition == "What is counted."
        else:
            for ask in refused_ways(warehouse, viewer, name):
                with pytest.raises(NotPermitted, match=r"x@example\.com may not read"):
                    ask()


def refused_ways(warehouse: Warehouse, viewer: Viewer, name: str) -> list[Callable[[], object]]:
    return [
        lambda: warehouse.answer(viewer, Question(name), as_of=AS_OF),
        lambda: warehouse.passport(viewer, name, as_of=AS_OF),
        lambda: warehouse.status(viewer, name),
    ]


def test_somebody_without_roles_sees_nothing(warehouse: Warehouse) -> None:
    assert warehouse.visible_metrics(NOBODY) == ()
    with pytest.raises(NotPermitted, match="Found the roles none; expected one of: finance"):
        warehouse.read(NOBODY, "mart_finance.cash_monthly")


def test_of_several_roles_the_one_that_may_is_taken(warehouse: Warehouse, with_marts: Settings) -> None:
    both = Viewer("both@example.com", ("sales", "finance"))
    assert len(warehouse.read(both, "mart_finance.cash_monthly")) == 3
    assert run_as(with_marts, ADMIN, AUDIT)[0][1] == "finance"


@pytest.mark.parametrize(
    "mart", ["portal.person", "portal.audit", "raw_stripe.charges", "pg_catalog.pg_authid", "staging.anything"]
)
def test_only_what_is_built_for_reading_can_be_read(warehouse: Warehouse, mart: str) -> None:
    with pytest.raises(NotBuilt):
        warehouse.read(OPERATOR, mart)


def test_every_read_leaves_a_row_in_the_audit(warehouse: Warehouse, with_marts: Settings) -> None:
    warehouse.answer(FINANCE, Question("net_mrr", by=("country",), where=(("product", "Base"),)), as_of=AS_OF)
    warehouse.read(EXECUTIVE, "mart_executive.odd", where={"name": "株式会社"})
    asked = {"by": ["country"], "where": [["product", "Base"]]}
    assert run_as(with_marts, ADMIN, AUDIT) == [
        ("femi@example.com", "finance", "answer", "net_mrr", asked, 4, "ok", "203.0.113.7"),
        ("eva@example.com", "executive", "read", None,
         {"mart": "mart_executive.odd", "where": {"name": "株式会社"}}, 1, "ok", ""),
    ]  # fmt: skip
    assert run_as(with_marts, ADMIN, "select min(duration_ms) > 0 and max(duration_ms) < 60000 from portal.audit") == [
        (True,)
    ]


def test_refused_and_failed_reads_leave_one_too(warehouse: Warehouse, with_marts: Settings) -> None:
    with pytest.raises(NotPermitted):
        warehouse.read(SALES, "mart_finance.cash_monthly")
    with pytest.raises(NotBuilt):
        warehouse.answer(SALES, Question("not_built"), as_of=AS_OF)
    found = [(row[1], row[2], row[5], row[6]) for row in run_as(with_marts, ADMIN, AUDIT)]
    assert found == [("sales", "read", None, "refused"), ("sales", "answer", None, "failed")]


@pytest.mark.parametrize("value", ["a\x00b", "a\ud800b"], ids=["NUL", "half a character"])
def test_what_no_text_may_hold_is_refused_and_audited(warehouse: Warehouse, with_marts: Settings, value: str) -> None:
    with pytest.raises(QuestionError, match="cannot be sent to the database"):
        warehouse.answer(FINANCE, Question("net_mrr", where=(("country", value),)), as_of=AS_OF)
    assert [(row[2], row[6]) for row in run_as(with_marts, ADMIN, AUDIT)] == [("answer", "failed")]


@pytest.mark.parametrize("value", ["\\u0000", "a\\\\u0000", "\\\\\\u0000b"])
def test_a_text_that_only_looks_like_what_no_text_may_hold_is_audited_as_it_is(
    warehouse: Warehouse, with_marts: Settings, value: str
) -> None:
    with pytest.raises(NotPermitted):
        warehouse.answer(SALES, Question("net_mrr", where=(("country", value),)), as_of=AS_OF)
    found = run_as(with_marts, ADMIN, "select outcome, filters->'where'->0->>1 from portal.audit")
    assert found == [("refused", value)]


def test_without_its_audit_row_nothing_is_handed_out(warehouse: Warehouse, with_marts: Settings) -> None:
    run_as(with_marts, ADMIN, "revoke insert on portal.audit from plumbline_portal")
    try:
        with pytest.raises(PlumblineError):
            warehouse.answer(FINANCE, Question("net_mrr"), as_of=AS_OF)
    finally:
        run_as(with_marts, ADMIN, "grant insert on portal.audit to plumbline_portal")


def test_a_right_taken_away_counts_at_once_and_one_given_soon(warehouse: Warehouse, with_marts: Settings) -> None:
    """What is remembered of the rights only chooses the login: the database refuses on its own."""
    assert warehouse.may_read(FINANCE, "mart_finance.cash_monthly")
    run_as(with_marts, ADMIN, "revoke select on mart_finance.cash_monthly from plumbline_finance")
    try:
        with pytest.raises(NotPermitted, match="permission denied"):
            warehouse.read(FINANCE, "mart_finance.cash_monthly")
    finally:
        run_as(with_marts, ADMIN, "grant select on mart_finance.cash_monthly to plumbline_finance")
    assert len(warehouse.read(FINANCE, "mart_finance.cash_monthly")) == 3


def test_a_read_takes_columns_conditions_order_and_a_limit(warehouse: Warehouse) -> None:
    def names(**options: Any) -> list[str]:
        return [str(name) for name in warehouse.read(EXECUTIVE, "mart_executive.odd", **options)["name"]]

    zoe, company, percent = 'Zoë\'s "GmbH"; drop table x', "株式会社", "%s :a"
    assert names(order_by=["-Order"]) == [percent, company, zoe]
    assert names(order_by=["Order"], limit=1) == [zoe]
    assert names(where={"name": zoe}) == [zoe]
    assert names(where={"name": [zoe, percent]}, order_by=["Order"]) == [zoe, percent]
    assert names(where={"at": None}, order_by=["Order"]) == [company, percent]
    assert names(where={"at !=": None}) == [zoe]
    assert names(where={"Order >=": 2, "Order <": 3}) == [company]
    assert list(warehouse.read(EXECUTIVE, "mart_executive.odd", columns=["amount", "name"]).columns) == [
        "amount",
        "name",
    ]


def test_numbers_come_as_floats_or_exact(warehouse: Warehouse) -> None:
    drawn = warehouse.read(EXECUTIVE, "mart_executive.odd", order_by=["Order"])["amount"]
    assert drawn.dtype == "float64"
    assert [drawn[0], drawn[2]] == [0.1, 3.0]
    exact = warehouse.read(EXECUTIVE, "mart_executive.odd", order_by=["Order"], exact=True)["amount"]
    assert exact[0] == Decimal("0.10")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"mart": "odd"}, "not the name of a mart"),
        ({"mart": 'mart_executive.odd"; select 1'}, "not the name of a mart"),
        ({"where": {"name like": "%"}}, "No comparison is written 'like'"),
        ({"columns": ["nmae"]}, 'column "nmae" does not exist'),
        ({"where": {"Order": "many"}}, "invalid input syntax"),
    ],
)
def test_what_cannot_be_read_is_told(warehouse: Warehouse, options: dict[str, Any], message: str) -> None:
    with pytest.raises(QuestionError, match=message):
        warehouse.read(EXECUTIVE, **{"mart": "mart_executive.odd", **options})


def test_a_read_that_takes_too_long_is_stopped(with_marts: Settings, metrics: Mapping[str, Metric]) -> None:
    warehouse = Warehouse(with_marts.model_copy(update={"statement_timeout_seconds": 1}), metrics)
    with pytest.raises(QuestionError, match="longer than 1 seconds and was stopped"):
        warehouse.read(EXECUTIVE, "mart_executive.slow")
    warehouse.close()


def test_a_warehouse_that_is_down_is_told_without_secrets(
    make_settings: Callable[..., Settings], metrics: Mapping[str, Metric]
) -> None:
    settings = make_settings()
    settings.home.mkdir(parents=True)
    (settings.home / "ports.json").write_text('{"warehouse": 1}')
    warehouse = Warehouse(settings, metrics)
    with pytest.raises(WarehouseDown, match="plumbline up") as told:
        warehouse.answer(FINANCE, Question("net_mrr"), as_of=AS_OF)
    assert get_secret(settings, "role_portal") not in str(told.value)
    assert told.value.__cause__ is None


def test_it_works_again_after_its_connections_were_cut(warehouse: Warehouse, with_marts: Settings) -> None:
    warehouse.answer(FINANCE, Question("net_mrr"), as_of=AS_OF)
    ours = "usename like 'plumbline\\_%' and pid <> pg_backend_pid()"
    gone = "pg_terminate_backend(pid, timeout => 10000)"  # it waits until they are; else they may still be asked
    run_as(with_marts, ADMIN, f"select {gone} from pg_stat_activity where {ours}")
    assert warehouse.answer(FINANCE, Question("net_mrr"), as_of=AS_OF).rows


def test_an_event_is_kept_once(warehouse: Warehouse, with_marts: Settings) -> None:
    run_as(with_marts, ADMIN, "truncate raw_stripe_webhook.event")
    event = {"id": "evt_1", "data": {"object": {"name": "O'Hara 株"}}}
    assert warehouse.events.keep("evt_1", "invoice.paid", 1_790_000_000, event)
    assert not warehouse.events.keep("evt_1", "invoice.paid", 1_790_000_000, {"id": "evt_1"})
    query = "select payload, extract(epoch from created)::bigint, processed_at from raw_stripe_webhook.event"
    assert run_as(with_marts, ADMIN, query) == [(event, 1_790_000_000, None)]


def test_what_is_no_read_can_be_noted(warehouse: Warehouse, with_marts: Settings) -> None:
    warehouse.record(SALES, "page", "refused", page="revenue")
    assert run_as(with_marts, ADMIN, AUDIT) == [
        ("sofia@example.com", "sales", "page", None, {"page": "revenue"}, None, "refused", "")
    ]


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UsageError, match="No role is called 'admin'"):
        Viewer("x@example.com", ("admin",))


def test_a_month_without_a_value_says_why(with_marts: Settings, metrics: Mapping[str, Metric]) -> None:
    """The mart's own reason where the metric names its column, else what the metric's file says."""
    noted = metrics["cash_runway"].model_copy(update={"name": "noted", "reason_column": "runway_note"})
    warehouse = Warehouse(with_marts, {**metrics, "noted": noted})
    found = warehouse.answer(FINANCE, Question("noted"), as_of=AS_OF)
    assert [row[0].month for row in found.rows] == [9, 10]
    assert found.rows[-1] == (date(2026, 10, 1), None)
    assert found.reasons == {date(2026, 10, 1): "no bank balance of Main since 2026-08-20"}
    assert found.why_null(date(2026, 10, 1)) == "no bank balance of Main since 2026-08-20"
    plain = warehouse.answer(FINANCE, Question("cash_runway"), as_of=AS_OF)
    assert (plain.rows, plain.why_null(date(2026, 10, 1))) == (found.rows, "cash-generative")
    warehouse.close()
