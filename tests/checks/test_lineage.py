"""Which datasets a figure rests on, followed by hand through a small graph."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from app.errors import DependencyMissing
from app.metrics import Certified, Metric
from pipelines.lineage import datasets_of, plain, read_lineage

#  shop.orders ─▶ stg_orders ─▶ fct_orders ─▶ mart_finance.sales
#  crm.Deal ────▶ stg_deals ──▶ mart_sales.deals (alias of deals_mart)
#  both ─▶ who (of deals only who is who) ─▶ fct_orders
#  both ─▶ calendar (only dates) ─▶ both marts, fct_deals, and fct_view (a view)
#  fct_orders ─▶ month
NODES = {
    "source.p.shop.orders": ("source", "raw_shop", "orders", []),
    "source.p.crm.deal": ("source", "raw_crm", "deal", []),
    "model.p.stg_orders": ("model", "staging", "stg_orders", ["source.p.shop.orders"]),
    "model.p.stg_deals": ("model", "staging", "stg_deals", ["source.p.crm.deal"]),
    "model.p.who": ("model", "core", "who", ["model.p.stg_orders", "model.p.stg_deals"]),
    "model.p.fct_orders": ("model", "core", "fct_orders", ["model.p.stg_orders", "model.p.who"]),
    "model.p.fct_view": ("model", "core", "fct_view", ["model.p.calendar"]),
    "model.p.fct_deals": ("model", "core", "fct_deals", ["model.p.stg_deals", "model.p.calendar"]),
    "model.p.month": ("model", "rollup", "month", ["model.p.fct_orders"]),
    "model.p.calendar": ("model", "core", "calendar", ["model.p.stg_orders", "model.p.stg_deals"]),
    "model.p.sales": ("model", "mart_finance", "sales", ["model.p.fct_orders", "model.p.calendar"]),
    "model.p.deals_mart": ("model", "mart_sales", "deals", ["model.p.stg_deals", "model.p.calendar"]),
    "test.p.some_test": ("test", "tests", "some_test", ["model.p.sales", "model.p.deals_mart"]),
}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    entries: dict[str, dict[str, Any]] = {
        name: {
            "resource_type": kind,
            "schema": schema,
            "alias": table,
            "name": "unused",
            "depends_on": {"nodes": parents},
        }
        for name, (kind, schema, table, parents) in NODES.items()
    }
    for name, entry in entries.items():
        if name.startswith("source"):
            entry["identifier"] = entry.pop("alias")
            del entry["depends_on"]  # as dbt writes sources
    entries["model.p.calendar"]["config"] = {"meta": {"only_dates": True}}
    entries["model.p.fct_view"]["config"] = {"materialized": "live_view"}
    entries["model.p.who"]["config"] = {"meta": {"identity_only": ["stg_deals"]}}
    sources = {name: entry for name, entry in entries.items() if name.startswith("source")}
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({"nodes": {k: v for k, v in entries.items() if k not in sources}, "sources": sources}))
    return path


def metric(name: str, **fields: Any) -> Metric:
    certified = Certified(by="cfo", on=date(2026, 11, 22), version=1)
    words = {"label": name, "question": "?", "definition": ".", "unit": "usd", "better": "up", "owner": "finance"}
    return Metric(**{"name": name, "certified": certified, **words, **fields})


SALES = metric("sales", kind="simple", mart="mart_finance.sales", column="usd", aggregate="sum", over_time="sum")
DEALS = metric("deals", kind="simple", mart="mart_sales.deals", column="usd", aggregate="sum", over_time="sum")


def test_a_figure_rests_on_its_mart_and_all_that_is_behind_it(manifest: Path) -> None:
    found = datasets_of({"sales": SALES}, read_lineage(manifest))
    behind = {"core.calendar", "core.fct_orders", "core.who", "staging.stg_orders", "raw_shop.orders"}
    assert found["sales"] == {"mart_finance.sales", "staging.stg_deals", "raw_crm.deal"} | behind


def test_a_figure_does_not_wait_for_a_source_that_only_says_who_is_who(manifest: Path) -> None:
    found = datasets_of({"sales": SALES, "deals": DEALS}, read_lineage(manifest), waited_for=True)
    assert {name for name in found["sales"] if name.startswith("raw_")} == {"raw_shop.orders"}
    assert "raw_crm.deal" in found["deals"]


def test_a_ratio_rests_on_what_both_its_metrics_rest_on(manifest: Path) -> None:
    share = metric("share", kind="ratio", numerator="sales", denominator="deals")
    found = datasets_of({"sales": SALES, "deals": DEALS, "share": share}, read_lineage(manifest))
    assert found["share"] == found["sales"] | found["deals"]
    assert "mart_sales.deals" in found["share"]
    assert "mart_sales.deals" not in found["sales"]


def test_a_mart_that_dbt_does_not_know_rests_on_itself(manifest: Path) -> None:
    assert read_lineage(manifest).upstream_of("mart_finance.unknown") == {"mart_finance.unknown"}


def test_without_a_build_the_message_says_to_build(tmp_path: Path) -> None:
    with pytest.raises(DependencyMissing, match="plumbline run build"):
        read_lineage(tmp_path / "manifest.json")


def test_raw_tables_are_the_same_however_the_loader_writes_them() -> None:
    assert plain("raw_salesforce.OpportunityHistory") == plain("raw_salesforce.opportunity_history")
    assert plain("raw_salesforce.Opportunity") != plain("raw_salesforce.opportunity_history")


def test_new_rows_reach_what_is_made_from_them(manifest: Path) -> None:
    """Deals: who takes only who is who. The calendar is made anew with what reads it, and with it the view over it."""
    lineage = read_lineage(manifest)
    assert lineage.reached_from({"raw_shop"}) == {"who", "fct_orders", "month"}
    assert lineage.reached_from({"raw_crm"}) == {"fct_deals", "calendar", "fct_view"}
    assert lineage.reached_from({"raw_shop", "raw_crm"}) == {
        "who", "fct_orders", "month", "fct_deals", "calendar", "fct_view"
    }
    assert lineage.reached_from({"raw_elsewhere"}) == frozenset()


def test_what_compares_sources_waits_for_the_whole_build_with_all_that_is_made_of_it(manifest: Path) -> None:
    content = json.loads(manifest.read_text())
    content["nodes"]["model.p.fct_orders"]["config"] = {"meta": {"whole_build_only": True}}
    manifest.write_text(json.dumps(content))
    lineage = read_lineage(manifest)
    assert lineage.reached_from({"raw_shop"}) == {"who"}
    assert "raw_shop.orders" in lineage.upstream_of("mart_finance.sales")
