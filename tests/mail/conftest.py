"""A warehouse with marts that a hand can add up, people, and a mail server that keeps what it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg2
import pytest
from aiosmtpd.controller import Controller

from app.kept_mail import mail_folder
from app.people import ensure_people
from app.secrets import ADMIN, warehouse_url
from app.settings import Settings
from app.warehouse import Warehouse
from pipelines.job import Run
from pipelines.migrate import migrate
from pipelines.ports import LOOPBACK, port_of
from pipelines.postgres import Cluster
from pipelines.rights import BUILDER
from pipelines.sandbox.mailbox import Keeper
from tests import template

AS_OF = datetime(2026, 11, 22, 11, tzinfo=UTC)
READERS = "plumbline_executive, plumbline_finance, plumbline_analyst"
PEOPLE = (
    ("eva@example.test", "Eva", ("executive",)),
    ("femi@example.test", "Femi", ("finance",)),
    ("ines@example.test", "Inês", ("engineer",)),
    ("sofia@example.test", "Sofía", ("sales",)),
)
MARTS = f"""
create table mart_finance.mrr_monthly (month date, product text, plan text, country text, opening_mrr_usd numeric,
    closing_mrr_usd numeric, lost_usd numeric, churn_usd numeric, contraction_usd numeric, is_complete boolean);
create table mart_finance.customers_monthly (month date, country text, active_customers_count int, is_complete boolean);
create table mart_finance.retention_monthly (month date, country text, nrr_base_usd numeric,
    nrr_retained_usd numeric, is_complete boolean);
create table mart_finance.revenue_monthly (month date, product text, country text, recognized_revenue_usd numeric,
    gross_profit_usd numeric, is_complete boolean);
create table mart_finance.cash_monthly (month date, runway_months numeric, is_complete boolean, runway_note text);
create table mart_executive.targets_monthly (metric text, month date, target numeric);
create table mart_executive.kpi_daily (unique_id text, ds date, y numeric);
create view mart_executive.alerts as select * from portal.alert where kind in ('anomaly', 'target_missed');
create view mart_executive.anomalies as
    select distinct on (unique_id, ds) * from workshop.anomaly order by unique_id, ds, made_at desc;
grant usage on schema mart_finance, mart_executive to {READERS}, plumbline_worker;
grant select on all tables in schema mart_finance, mart_executive to {READERS}, plumbline_worker;
"""


def sql(settings: Settings, login: str, statement: str, *rows: tuple[Any, ...]) -> list[tuple[Any, ...]]:
    """Runs a statement once, or once per row."""
    url = warehouse_url(settings, login).set(drivername="postgresql")
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        for row in rows or ((),):
            cursor.execute(statement, row)
        return cursor.fetchall() if cursor.description else []


def month(back: int) -> date:
    """The first of the month that many months before November 2026."""
    index = 2026 * 12 + 10 - back
    return date(index // 12, index % 12 + 1, 1)


@pytest.fixture(scope="session")
def mail_home(make_settings: Callable[..., Settings]) -> Iterator[Settings]:
    """A home with a migrated warehouse, fourteen closed months of the six figures, targets and people."""
    settings = make_settings(port=8501)
    template.lay(settings)
    server = Cluster(settings, "warehouse")
    server.start()
    migrate(settings)
    sql(settings, BUILDER, MARTS)
    put = "insert into mart_finance.{} values ({})"
    for back in range(1, 15):
        mrr, m = 1_000_000 - 10_000 * back, month(back)
        mrr_row = (m, "Core", "Pro", "US", mrr - 10_000, mrr, 0.02 * mrr, 0.015 * mrr, 0.005 * mrr, True)
        sql(settings, BUILDER, put.format("mrr_monthly", "%s,%s,%s,%s,%s,%s,%s,%s,%s,%s"), mrr_row)
        sql(settings, BUILDER, put.format("customers_monthly", "%s,%s,%s,%s"), (m, "US", 4400 - 10 * back, True))
        sql(settings, BUILDER, put.format("retention_monthly", "%s,%s,%s,%s,%s"), (m, "US", 1000, 1050 - back, True))
        sql(settings, BUILDER, put.format("revenue_monthly", "%s,%s,%s,%s,%s,%s"), (m, "Core", "US", 1000, 780, True))
        sql(settings, BUILDER, put.format("cash_monthly", "%s,%s,%s,null"), (m, 20 + back, True))
    targets = (("arr", 12_000_000), ("gross_mrr_churn", 0.025), ("cash_runway", 18))
    for name, target in targets:
        sql(settings, BUILDER, "insert into mart_executive.targets_monthly values (%s,%s,%s)", (name, month(1), target))
    sql(settings, ADMIN, "delete from portal.person_role; delete from portal.person")
    ensure_people(settings, PEOPLE)
    yield settings
    server.stop()


@pytest.fixture
def clean(mail_home: Settings) -> Settings:
    """The home before any alert, mail or judged day; all sources loaded just now."""
    tables = "portal.alert, portal.mail_log, portal.load_run, portal.job_run, portal.check_result, "
    tables += "portal.metric_promise, portal.source_pause, raw_stripe_webhook.event"
    sql(mail_home, ADMIN, f"truncate {tables}, workshop.anomaly, workshop.forecast_run cascade")
    for source in ("stripe", "salesforce", "production", "files"):
        sql(
            mail_home, ADMIN,
            "insert into portal.load_run (run_id, source, stream, started_at, ended_at, result, as_of) "
            "values (%s, %s, '', now(), now(), 'ok', %s)", (str(uuid4()), source, AS_OF),
        )  # fmt: skip
    for file in mail_folder(mail_home).glob("*.eml"):
        file.unlink()
    return mail_home


@pytest.fixture
def odd_day(clean: Settings) -> Settings:
    """Sixty judged days of failed payments, the 20th of November odd: 41 where 12 to 22 were expected."""
    for back in range(60):
        day = date(2026, 11, 21) - timedelta(days=back)
        is_odd = day == date(2026, 11, 20)
        value, score = (41, 2.4) if is_odd else (15 + back % 4, 0.3)
        row = (str(uuid4()), str(uuid4()), AS_OF, AS_OF, "payments_failed", day, value, score, is_odd)
        sql(
            clean, ADMIN,
            "insert into workshop.anomaly (anomaly_id, detect_run_id, made_at, as_of, unique_id, ds, value, score, "
            "is_anomaly, expected, lo, hi, model_version) values (%s,%s,%s,%s,%s,%s,%s,%s,%s,17,12,22,'test')", row,
        )  # fmt: skip
    return clean


@pytest.fixture
def mailbox(clean: Settings) -> Iterator[Settings]:
    """The sandbox's mail server, in a thread."""
    controller = Controller(Keeper(mail_folder(clean)), hostname=LOOPBACK, port=port_of(clean, "mailbox"),
                            ready_timeout=60)  # fmt: skip
    controller.start()
    yield clean
    controller.stop()


@pytest.fixture
def run(clean: Settings) -> Run:
    return Run(uuid4(), AS_OF, clean, "test")


@contextmanager
def built(settings: Settings) -> Iterator[Warehouse]:
    """The warehouse as after a build, which mails need to say until when their figures are; without it afterwards."""
    stands = "insert into portal.build_run values (gen_random_uuid(), now(), now(), %s, 'ok', 60, null)"
    sql(settings, ADMIN, stands, (AS_OF,))
    with closing(Warehouse(settings)) as made:
        yield made
    sql(settings, ADMIN, "delete from portal.build_run")
