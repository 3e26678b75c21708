"""The dbt project itself: its worked examples, what folder config cannot hold, and a warehouse built from no source."""

from __future__ import annotations

import json
from contextlib import closing
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from dbt.adapters.base.impl import DEFAULT_BASE_BEHAVIOR_FLAGS
from psycopg2.extensions import connection
from ruamel.yaml import YAML

from app.secrets import warehouse_url
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.build import build
from pipelines.contracts import CHECKS
from pipelines.dbt import dbt_folder, manifest_path, run_dbt
from pipelines.job import Run
from tests.models import meridian
from tests.models.conftest import answers
from tests.models.worked_examples import DEPARTMENTS, department, filled, mistakes

pytestmark = pytest.mark.slow
KINDS = {"staging": {"live_view"}, "rollup": {"live_table", "sliced_live_table"}}
FACTS = {"table", "sliced_table"}
STEPS = {"live_view", "sliced_table"}


@pytest.fixture(scope="module")
def models(migrated: Settings) -> dict[str, dict[str, Any]]:
    """The models of the manifest that a build leaves, by schema.table; the warehouse is built from no source."""
    run = Run(uuid4(), meridian.AS_OF, migrated, "build")
    assert build(run).detail["models"]
    assert _answers(migrated, f"select result from portal.build_run where run_id = '{run.run_id}'") == [("ok",)]
    nodes = json.loads(manifest_path(migrated).read_text())["nodes"].values()
    return {f"{node['schema']}.{node['alias']}": node for node in nodes if node["resource_type"] == "model"}


def _answers(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    address = warehouse_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(address)) as database:
        return answers(database, query)


def test_every_worked_example_holds(migrated: Settings, models: dict[str, dict[str, Any]]) -> None:
    assert models
    result = run_dbt(
        warehouse_url(migrated, "plumbline_builder"), dbt_folder(migrated), ("test", "--select", "test_type:unit"),
        as_of=meridian.AS_OF, timezone="America/New_York",
    )  # fmt: skip
    nodes = [node for node in getattr(result.result, "results", ()) if node.node.resource_type == "unit_test"]
    examples = {node.node.name: str(node.status) for node in nodes}
    assert {name for name, status in examples.items() if status != "pass"} == set()
    assert len(examples) >= 18


@pytest.mark.parametrize("name", DEPARTMENTS)
def test_every_metric_gives_what_was_worked_out_on_paper(
    migrated: Settings, models: dict[str, dict[str, Any]], database: connection, name: str
) -> None:
    """That each has an example at all, tests/house/test_metric_files.py holds."""
    assert models
    worked = department(name)
    with closing(Warehouse(migrated)) as warehouse, filled(database, worked.tables):
        found = mistakes(warehouse, worked.examples)
    assert not found, "\n".join(found)


def test_a_warehouse_without_any_source_has_marts_without_figures(
    migrated: Settings, models: dict[str, dict[str, Any]]
) -> None:
    assert models
    for mart in ("mart_finance.mrr_monthly", "mart_executive.kpi_daily", "mart_sales.pipeline_monthly"):
        assert _answers(migrated, f"select count(*) from {mart}") == [(0,)], mart
    claims = _answers(migrated, "select department, claimed_value from mart_executive.claims order by 1")
    assert claims == [("Finance", 0), ("Marketing", 0), ("Product", 0), ("Sales", 0)]


def test_a_run_leaves_no_flag_of_dbt_behind(migrated: Settings, models: dict[str, dict[str, Any]]) -> None:
    """In a process that runs for weeks, thousands of them would be searched for with each part of a build."""
    assert models
    before = [flag["name"] for flag in DEFAULT_BASE_BEHAVIOR_FLAGS]
    run_dbt(warehouse_url(migrated, "plumbline_builder"), dbt_folder(migrated), ("parse",), as_of=meridian.AS_OF,
            timezone="America/New_York")  # fmt: skip
    assert [flag["name"] for flag in DEFAULT_BASE_BEHAVIOR_FLAGS] == before and len(set(before)) == len(before)


def test_each_layer_is_made_of_what_it_should_be(models: dict[str, dict[str, Any]]) -> None:
    """Staging and marts are views, rollups tables, both replaced in place; core is tables, its steps may be views."""
    wrong = {
        name: node["config"]["materialized"]
        for name, node in models.items()
        if node["config"]["materialized"] not in _kinds(name)
    }
    assert wrong == {}


def _kinds(name: str) -> set[str]:
    if name.startswith("core."):
        return FACTS if name.startswith(("core.dim_", "core.fct_")) else STEPS
    return KINDS.get(name.split(".")[0], {"live_view"})


def test_every_column_is_described_and_nothing_else(models: dict[str, dict[str, Any]], migrated: Settings) -> None:
    there = _answers(
        migrated,
        "select n.nspname || '.' || c.relname, array_agg(a.attname::text) from pg_class c "
        "join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid "
        "where a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'v') group by 1",
    )
    columns = {name: set(names) for name, names in there}
    described = {name: {column for column, told in node["columns"].items() if told["description"]}
                 for name, node in models.items()}  # fmt: skip
    assert {name: columns[name] ^ described[name] for name in models if columns[name] != described[name]} == {}


def test_each_reading_login_sees_its_marts_and_nothing_else(
    models: dict[str, dict[str, Any]], migrated: Settings
) -> None:
    granted = _answers(
        migrated,
        "select grantee, table_schema || '.' || table_name from information_schema.role_table_grants "
        "where grantee like 'plumbline\\_%' and table_schema like 'mart\\_%' and privilege_type = 'SELECT'",
    )
    wanted = {
        (login, name) for name, node in models.items() for login in node["config"].get("grants", {}).get("select", ())
    }
    readers = {login for login, _ in wanted}
    assert {pair for pair in granted if pair[0] in readers} == wanted
    assert {schema for login, schema in granted if login == "plumbline_engineer"} == {
        name for name in models if name.startswith("mart_engineer.")
    }


def _missed(database: connection) -> list[str]:
    contract = YAML(typ="safe").load((CHECKS / "mart_engineer/sources.yml").read_text())
    queries = {each["failed_rows"].get("qualifier"): each["failed_rows"]["query"]
               for each in contract["checks"] if "failed_rows" in each}  # fmt: skip
    return [source for (source,) in answers(database, queries["heartbeat"])]


def _run(database: connection, source: str, result: str, ago: str = "1 minute") -> None:
    with database.cursor() as cursor:
        cursor.execute(
            "insert into portal.load_run (run_id, source, stream, started_at, ended_at, result, as_of) "
            "values (%s, %s, '', now() - cast(%s as interval), now() - cast(%s as interval), %s, now())",
            (str(uuid4()), source, ago, ago, result),
        )
    database.commit()


def test_a_source_that_never_loaded_is_missed_once_its_turn_has_come(
    models: dict[str, dict[str, Any]], database: connection
) -> None:
    """Not while a fresh warehouse still loads one source after the other."""
    assert models
    with database.cursor() as cursor:
        cursor.execute("delete from portal.load_run")
        cursor.execute("delete from portal.source")
        cursor.execute("insert into portal.source values ('files', 'Files', 60, true, now()), "
                       "('stripe', 'Stripe', 5, true, now()), ('zendesk', 'Zendesk', 60, false, now())")  # fmt: skip
    database.commit()
    _run(database, "files", "ok")
    assert _missed(database) == [], "the others come next"
    _run(database, "stripe", "running")
    assert _missed(database) == [], "a first load may take its time"
    _run(database, "stripe", "failed", "0 minutes")
    assert _missed(database) == ["stripe"]
    with database.cursor() as cursor:
        cursor.execute("delete from portal.load_run where source = 'stripe'")
    _run(database, "files", "ok", "90 minutes")
    assert _missed(database) == ["stripe"], "nobody has loaded it for an hour; what is not connected is not missed"
    with database.cursor() as cursor:
        cursor.execute("delete from portal.load_run")
        cursor.execute("delete from portal.source")
    database.commit()
