"""Small marts with numbers that a hand can add up, granted as dbt would grant them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest

from app.metrics import Metric, load_metrics
from app.secrets import ADMIN, warehouse_url
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.rights import BUILDER

from .metric_files import write_files

AS_OF = datetime(2026, 11, 22, 11, tzinfo=UTC)
MARTS = """
create table mart_finance.mrr_monthly (
    month date, product text, country text, opening_mrr_usd numeric, closing_mrr_usd numeric, churn_usd numeric,
    is_complete boolean
);
insert into mart_finance.mrr_monthly values
    ('2026-09-01', 'Base', 'DE',  100.10,  110.20,  0.00, true),
    ('2026-09-01', 'Base', 'US',  200.00,  150.30, 49.70, true),
    ('2026-09-01', 'Plus', 'DE',    0.00,   40.05,  0.00, true),
    ('2026-10-01', 'Base', 'DE',  110.20,   90.20, 20.00, true),
    ('2026-10-01', 'Base', 'US',  150.30,  160.30,  0.00, true),
    ('2026-10-01', 'Plus', 'DE',   40.05,   45.05,  0.00, true),
    ('2026-10-01', 'Edge', null,    0.00,    5.00,  0.00, true),
    ('2026-11-01', 'Base', 'DE',   90.20,   90.20,  0.00, false);
create table mart_finance.cash_monthly
    (month date, cash_usd numeric, runway_months numeric, is_complete boolean, runway_note text);
insert into mart_finance.cash_monthly values
    ('2026-09-01', 900.01, 14.5, true, null), ('2026-11-01', 940.00, 30, false, null),
    ('2026-10-01', 950.02, null, true, 'no bank balance of Main since 2026-08-20');
create view mart_sales.pipeline_monthly as
    select date '2026-10-01' as month, 'Quote' as stage, 12.5::numeric as open_usd, true as is_complete;
create table mart_executive.odd (name text, at timestamptz, amount numeric, "Order" int);
insert into mart_executive.odd values
    ('Zoë''s "GmbH"; drop table x', '2026-10-01 12:00+00', 0.10, 1), ('株式会社', null, null, 2), ('%s :a', null, 3, 3);
create view mart_executive.slow as
    select count(*)::text as nap from generate_series(1, 1000000) a cross join generate_series(1, 1000000) b;
grant select on mart_finance.mrr_monthly to plumbline_finance, plumbline_executive, plumbline_analyst;
grant select on mart_finance.cash_monthly to plumbline_finance;
grant select on mart_sales.pipeline_monthly to plumbline_sales;
grant select on mart_executive.odd, mart_executive.slow to plumbline_executive;
grant usage on schema mart_finance to plumbline_finance, plumbline_executive, plumbline_analyst;
grant usage on schema mart_sales to plumbline_sales;
grant usage on schema mart_executive to plumbline_executive;
"""


def run_as(settings: Settings, login: str, *statements: str) -> list[tuple[object, ...]]:
    """Runs statements as a login; the last one's rows."""
    url = warehouse_url(settings, login).set(drivername="postgresql")
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="module")
def with_marts(migrated: Settings) -> Settings:
    run_as(migrated, BUILDER, MARTS)
    return migrated


@pytest.fixture(scope="session")
def metrics(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Metric]:
    folder: Path = tmp_path_factory.mktemp("metrics")
    return load_metrics(write_files(folder))


@pytest.fixture
def warehouse(with_marts: Settings, metrics: Mapping[str, Metric]) -> Iterator[Warehouse]:
    """The warehouse, with an empty audit and record."""
    tables = "portal.audit, portal.load_run, portal.build_run, portal.check_result, portal.metric_promise"
    run_as(with_marts, ADMIN, f"truncate {tables}")
    found = Warehouse(with_marts, metrics)
    yield found
    found.close()
