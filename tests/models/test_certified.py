"""No figure comes to mean something else unseen: it is what its owner and its certifier approved, or is named here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest

from app.errors import SettingsError
from app.metrics import Metric, catalogue, load_metrics
from pipelines.cli import run
from pipelines.definitions import text
from pipelines.definitions.certified import (
    NEXT,
    Approval,
    Approved,
    Record,
    findings,
    read_record,
    write_record,
)
from pipelines.definitions.first import FIRST, first_record
from pipelines.definitions.meaning import FORECASTING, Meanings, read_meanings, read_project

PROJECT = {
    "staging/shop/stg_shop__orders.sql": "-- One row per order.\nselect id, paid_on, amount from {{ raw('shop', {}) }}",
    "core/dim_day.sql": '{{ config(materialized="table", meta={"only_dates": true}) }}\n'
                        'select day from {{ ref("stg_shop__orders") }}',
    "core/fct_order.sql": 'select *, {{ dollars("amount") }} as usd from {{ ref("stg_shop__orders") }}\n'
                          "where amount > {{ var('least') }}",
    "core/fct_order.yml": "models:\n  - name: fct_order\n    description: Orders\n",
    "rollup/order_month.sql": '{{ config(materialized="live_table") }}\n{{ by_month() }}',
    "marts/sales/orders_monthly.sql": 'select month, usd, is_complete from {{ ref("order_month") }}',
    "marts/sales/visits_monthly.sql": "select month, visits, is_complete from {{ raw('shop', {}) }}",
    "macros/money.sql": "{#- Cents. -#}\n{% macro dollars(column) -%}\n {{ column }} / {{ cents() }} {%- endmacro %}\n"
                        "{% macro cents() -%} 100 {%- endmacro %}\n{% macro unused() -%} 1 {%- endmacro %}",
    "macros/month.sql": '{% macro by_month() -%} select usd from {{ ref("fct_order") }} join {{ ref("dim_day") }}'
                        " using (day) {%- endmacro %}",
    "macros/raw.sql": "{% macro raw(source, columns) -%} {{ source }} {%- endmacro %}",
    "macros/ref.sql": "{% macro ref(name) -%} {{ name }} {%- endmacro %}",
    "dbt_project.yml": "name: shop\nvars:\n  least: 3\n  other: 4\n",
    "metrics/orders.yml": """
        label: Orders
        question: "How much was ordered?"
        definition: "All of it."
        mart: mart_sales.orders_monthly
        column: usd
        aggregate: sum
        over_time: sum
        unit: usd
        better: up
        owner: sales
        certified: {by: cro, on: 2026-01-01, version: 1}
    """,
    "metrics/visits.yml": """
        label: Visits
        question: "How many came?"
        definition: "All of them."
        mart: mart_sales.visits_monthly
        column: visits
        aggregate: sum
        over_time: sum
        unit: count
        better: up
        owner: sales
        certified: {by: cro, on: 2026-01-01, version: 1}
    """,
    "metrics/order_size.yml": """
        label: Order size
        question: "How large is an order?"
        definition: "Ordered by visits."
        kind: ratio
        numerator: orders
        denominator: visits
        unit: usd
        better: up
        owner: sales
        certified: {by: cro, on: 2026-01-01, version: 1}
    """,
}  # fmt: skip
"""A shop, small enough to see by eye which figure is made of what."""


@cache
def now() -> Meanings:
    """This checkout."""
    return read_meanings()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    for name, said in PROJECT.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(line[8:] if "metrics/" in name else line for line in said.split("\n")).lstrip())
    return tmp_path


def meanings(folder: Path) -> Meanings:
    return read_meanings(load_metrics(folder / "metrics"), read_project(folder))


def change(folder: Path, name: str, before: str, after: str) -> None:
    said = (folder / name).read_text()
    assert before in said, name
    (folder / name).write_text(said.replace(before, after))


def test_every_metric_means_what_was_approved() -> None:
    found = findings(now(), read_record())
    assert not found, "\n".join([*(str(one) for one in found), f"{NEXT}."])


def test_every_metric_is_approved_for_its_own_owner_and_certifier() -> None:
    record = read_record()
    wrong = {
        name for name, one in record.metrics.items()
        if (one.owner, one.certifier) != (catalogue()[name].owner, catalogue()[name].certified.by)
    }  # fmt: skip
    assert wrong == set()
    assert {one.approval for one in record.metrics.values()} <= set(record.approvals)


ORDERS = {"orders", "order_size"}
CHANGES: Mapping[str, tuple[str, str, str, set[str], str]] = {
    "a filter of a shared model": ("core/fct_order.sql", "amount >", "amount >=", ORDERS, "model fct_order"),
    "a macro of it": ("macros/money.sql", "{{ column }} /", "{{ column }} *", ORDERS, "macro dollars"),
    "a macro that this one uses": ("macros/money.sql", " 100 ", " 1000 ", ORDERS, "macro cents"),
    "a constant": ("dbt_project.yml", "least: 3", "least: 5", ORDERS, "constant least"),
    "what is read from raw": ("staging/shop/stg_shop__orders.sql", "paid_on", "due_on", ORDERS,
                              "model stg_shop__orders"),
    "a mart of one figure": ("marts/sales/visits_monthly.sql", "visits,", "visits + 1 as visits,",
                             {"visits", "order_size"}, "model visits_monthly"),
    "how the metric adds up": ("metrics/orders.yml", "over_time: sum", "over_time: last", ORDERS, "metric orders"),
    "who owns it": ("metrics/visits.yml", "owner: sales", "owner: marketing", {"visits", "order_size"},
                    "metric visits"),
    "who certifies it": ("metrics/order_size.yml", "by: cro", "by: cfo", {"order_size"}, "metric order_size"),
    "a hook of a model": ("rollup/order_month.sql", '"live_table")', '"live_table", post_hook="update x set usd = 0")',
                          ORDERS, "model order_month"),
    "another name for its table": ("rollup/order_month.sql", '"live_table")', '"live_table", alias="order_week")',
                                   ORDERS, "model order_month"),
    "a hook beside a model": ("core/fct_order.yml", "description: Orders", "config: {post_hook: delete from x}", ORDERS,
                              "model fct_order"),
    "a hook for all models": ("dbt_project.yml", "vars:", "models:\n  shop:\n    +post-hook: delete from x\nvars:",
                              {"visits", *ORDERS}, "settings of dbt_project.yml"),
    "a hook after all": ("dbt_project.yml", "vars:", "on-run-end: delete from x\nvars:", {"visits", *ORDERS},
                         "settings of dbt_project.yml"),
    "a blank within a text": ("marts/sales/orders_monthly.sql", "usd,", "'a  b' as usd,", ORDERS,
                              "model orders_monthly"),
}  # fmt: skip


@pytest.mark.parametrize("what", CHANGES)
def test_a_changed_meaning_is_found_in_every_figure_it_reaches_and_named(shop: Path, what: str) -> None:
    name, before, after, expected, part = CHANGES[what]
    record = first_record(meanings(shop), Record())
    change(shop, name, before, after)
    found = {one.metric: one for one in findings(meanings(shop), record)}
    assert set(found) == expected
    assert all(one.what == "changed" and one.parts == (part,) for one in found.values())


STILL = {
    "a comment": ("core/fct_order.sql", "select *", "-- Of the shop's.\nselect /* all */ *"),
    "a comment of Jinja": ("core/fct_order.sql", "select *", "{#- It's all. -#} select *"),
    "white space": ("rollup/order_month.sql", "{{ by_month() }}", "\n\n  {{- by_month()   -}}\n"),
    "how a model is kept": ("rollup/order_month.sql", "live_table", "table"),
    "who may read it": ("core/fct_order.yml", "description: Orders", "config: {grants: {select: [a]}}"),
    "a macro that nobody uses": ("macros/money.sql", " 1 {", " 2 {"),
    "a constant that nobody reads": ("dbt_project.yml", "other: 4", "other: 5"),
    "where models are read from": ("macros/ref.sql", "{{ name }}", "{{ name }}_next"),
    "the prose of a metric": ("metrics/orders.yml", "All of it.", "All that was ordered."),
}


@pytest.mark.parametrize("what", STILL)
def test_what_says_nothing_changes_no_meaning(shop: Path, what: str) -> None:
    record = first_record(meanings(shop), Record())
    change(shop, *STILL[what])
    assert findings(meanings(shop), record) == ()


def test_a_calendar_means_its_own_sql_and_not_the_sources_that_it_is_laid_from(shop: Path) -> None:
    assert meanings(shop).project.parents["dim_day"] == frozenset()
    assert "model dim_day" in meanings(shop).made_of["orders"]


def test_a_new_metric_a_removed_one_and_a_version_alone_are_found(shop: Path) -> None:
    record = first_record(meanings(shop), Record())
    (shop / "metrics" / "order_size.yml").unlink()
    change(shop, "metrics/visits.yml", "version: 1", "version: 2")
    (shop / "metrics" / "calls.yml").write_text((shop / "metrics" / "orders.yml").read_text())
    assert [str(one) for one in findings(meanings(shop), record)] == [
        "calls was approved by nobody yet.",
        "order_size was approved and has no file any more.",
        "visits says another version than the one that was approved.",
    ]


def test_a_change_of_this_project_would_be_found_here() -> None:
    """What is past due made otherwise, as in docs/definitions_change.md: MRR and what is made of it, and not cash."""
    models = {**now().project.models, "fct_overdue_window": "select 45 as days"}
    project = replace(now().project, models=models)
    found = {one.metric: one.parts for one in findings(read_meanings(now().metrics, project), read_record())}
    assert {"net_mrr", "arr", "nrr", "churned_customers", "past_due_mrr"} <= set(found)
    assert not {"cash_balance", "open_pipeline", "email_sent"} & set(found)
    assert all("model fct_overdue_window" in parts for parts in found.values())


def test_python_that_works_rows_out_is_part_of_what_they_mean() -> None:
    """From which score on a customer is at risk stands in forecasting/, and what is counted by it in a metric."""
    source = (FORECASTING / "health_fit.py").read_text()
    assert source.count("AT_RISK = 70.0, 60.0") == 1
    for changed, is_other in (
        (source.replace("AT_RISK = 70.0, 60.0", "AT_RISK = 70.0, 65.0"), True),
        (source.replace('"""Points that one unit', '"""Points which a unit') + "\n# By the way.\n", False),
    ):
        project = replace(now().project, code={**now().project.code, "health_fit": text.plain_code(changed)})
        found = {one.metric: one.parts for one in findings(read_meanings(now().metrics, project), read_record())}
        assert ({"customers_at_risk", "mrr_at_risk", "churn_expected_mrr"} <= set(found)) is is_other
        assert set(found.values()) == ({("code health_fit",)} if is_other else set())
        assert "net_mrr" not in found


def test_the_file_is_read_as_it_was_written(shop: Path) -> None:
    record = first_record(meanings(shop), Record())
    given = Approval(on=date(2026, 2, 1), why='It\'s "right": yes', owners={"sales": "a@b.c"})
    record = record.model_copy(update={"approvals": {**record.approvals, "R": given}})
    write_record(record, shop / "certified.yml")
    assert read_record(shop / "certified.yml") == record
    assert not list(shop.glob("*.new"))
    (shop / "certified.yml").write_text("metrics: [1]\n")
    with pytest.raises(SettingsError, match=r"python -m pipelines\.definitions\.first"):
        read_record(shop / "certified.yml")


def test_written_anew_the_file_keeps_the_approvals_of_what_means_the_same(shop: Path) -> None:
    before = first_record(meanings(shop), Record())
    approved: dict[str, Approved] = {
        name: one.model_copy(update={"approval": "R"}) for name, one in before.metrics.items()
    }
    given = Approval(on=date(2026, 2, 1), why="Agreed")
    before = Record(approvals={"R": given}, metrics=approved, parts=before.parts)
    change(shop, "marts/sales/visits_monthly.sql", "visits,", "0 as visits,")
    after = first_record(meanings(shop), before)
    assert {name: one.approval for name, one in after.metrics.items()} == {
        "orders": "R", "visits": FIRST, "order_size": FIRST,
    }  # fmt: skip
    assert after.approvals["R"] == given


def test_a_metric_kept_and_read_again_means_the_same() -> None:
    """As portal.definitions keeps it."""
    for name, metric in now().metrics.items():
        fields: dict[str, Any] = metric.model_dump(mode="json", exclude_defaults=True, exclude={"name"})
        assert Metric.model_validate({**fields, "name": name}) == metric


def test_text_that_looks_like_a_comment_is_none() -> None:
    assert text.plain("select '--  x' , a -- y\n from  b") == "select'--  x',a from b"
    assert text.plain("select a - -1, \"it's\" as b") != text.plain("select a - 1, \"it's\" as b")


@pytest.mark.parametrize("capacity", [(), ("--owner", "a@b.c", "--certifier", "d@e.f")], ids=["none", "both"])
def test_an_approval_is_given_in_one_capacity(capacity: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(("approve", "7K3M-Q9XA-2BFD", "--why", "So", *capacity)) == 2
    assert "Give one of --owner EMAIL and --certifier EMAIL" in capsys.readouterr().err


def test_a_finding_does_not_depend_on_the_order_of_the_metrics() -> None:
    turned = MappingProxyType(dict(reversed(now().metrics.items())))
    assert dict(read_meanings(turned, now().project).fingerprints) == dict(now().fingerprints)
    assert replace(now()).fingerprints == now().fingerprints
