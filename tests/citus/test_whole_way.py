"""The whole warehouse on a real Citus cluster: spread over the nodes, and the same figures to the cent."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from pydantic import SecretStr

from app.access import OPERATOR
from app.metrics import Question
from app.secrets import warehouse_url
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.build import build
from pipelines.check import check
from pipelines.health import health
from pipelines.job import Run
from pipelines.migrate import migrate
from pipelines.remember import remember
from pipelines.sandbox.birth import bring_to_life
from pipelines.sandbox.company.times import ANCHOR
from pipelines.verify import verify
from tests.citus.nodes import answers, cluster, programs
from tests.verify.vendors_tables import fill_raw_tables, of_figures

NOT_OFFERED = (
    "CITUS NOT TESTED: no PostgreSQL on this machine offers the extension citus in pg_available_extensions. "
    "Install Citus for one in /usr/lib/postgresql to run these tests."
)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.citus,
    pytest.mark.skipif(programs() is None, reason=NOT_OFFERED),
]


@pytest.fixture(scope="module")
def spread(make_settings: Callable[..., Settings]) -> Iterator[Settings]:
    """A small company's data, built on a cluster with two workers."""
    binaries = programs()
    assert binaries is not None
    folder = Path(tempfile.mkdtemp(prefix="plumbline-citus-"))
    folder.chmod(0o755)
    with cluster(folder, binaries) as coordinator:
        settings = make_settings(warehouse_url=SecretStr(coordinator.url))
        migrate(settings)
        as_of = bring_to_life(settings)
        fill_raw_tables(settings, as_of)
        for _ in range(2):  # the second build meets tables that are spread already
            build(Run(uuid4(), as_of, settings, "build"))
            migrate(settings)
        for step in (health, remember, check):
            step(Run(uuid4(), as_of, settings, step.__name__))
        yield settings


def _ask(settings: Settings, query: str, login: str | None = None) -> list[tuple[object, ...]]:
    url = warehouse_url(settings, login) if login else warehouse_url(settings)
    return answers(url.set(drivername="postgresql").render_as_string(hide_password=False), query)


def test_facts_lie_on_the_workers_and_rollups_on_the_coordinator(spread: Settings) -> None:
    kinds = dict(_ask(spread, "select table_name::text, citus_table_type from citus_tables"))
    assert kinds["core.fct_mrr_segment"] == kinds["core.fct_invoice"] == "distributed"
    assert kinds["core.dim_month"] == kinds["core.fct_opportunity"] == "reference"
    assert not [name for name in kinds if str(name).startswith(("rollup", "raw_", "portal"))]
    groups = _ask(spread, "select distinct colocation_id from citus_tables where citus_table_type = 'distributed'")
    assert len(groups) == 1
    shards = "select count(distinct nodeport) from citus_shards where table_name::text = 'core.fct_invoice'"
    assert _ask(spread, shards) == [(2,)]


def test_every_figure_is_the_ledger_s_there_too(spread: Settings) -> None:
    report = verify(spread)
    assert of_figures(report) == []
    assert report.figures > 30_000


def test_what_was_known_is_answered_there_too(spread: Settings) -> None:
    """From tables in `history`, which lie on the coordinator beside the rollups."""
    warehouse = Warehouse(spread)
    born = datetime.fromtimestamp(ANCHOR, UTC)
    moment = warehouse.memory.moment(born)
    then = warehouse.memory.answer(OPERATOR, Question("net_mrr"), known=born, at=moment.as_of).answer
    now = warehouse.answer(OPERATOR, Question("net_mrr"), as_of=moment.as_of)
    warehouse.close()
    assert then.rows == now.rows
    assert len(then.rows) > 30


def test_a_role_reads_its_marts_and_an_analyst_the_core(spread: Settings) -> None:
    [[mrr]] = _ask(spread, "select sum(closing_mrr_usd) from mart_finance.mrr_monthly", "plumbline_finance")
    assert mrr
    [[lines]] = _ask(spread, "select count(*) from core.fct_invoice_line", "plumbline_analyst")
    assert lines


def test_no_role_of_ours_reaches_the_workers_by_itself(spread: Settings) -> None:
    functions = ("run_command_on_workers", "run_command_on_all_nodes", "run_command_on_shards")
    allowed = _ask(
        spread,
        "select p.proname, r.rolname from pg_proc p cross join pg_roles r where p.proname = any "
        f"(array{list(functions)}) and r.rolname like 'plumbline%' and has_function_privilege(r.oid, p.oid, 'execute')",
    )
    assert allowed == []
