"""Who may do what in the warehouse: held by the database, login by login."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest

from app.secrets import ADMIN, PORTAL, warehouse_url
from app.settings import Settings
from pipelines.migrate import migrate
from pipelines.rights import BUILDER, LOADER, LOGINS, READERS, WORKER

FINANCE, SALES, ANALYST = "plumbline_finance", "plumbline_sales", "plumbline_analyst"


def run(settings: Settings, login: str, statement: str, database: str | None = None) -> None:
    """Runs one statement as a login and takes it back."""
    url = warehouse_url(settings, login).set(drivername="postgresql")
    url = url.set(database=database) if database else url
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
        connection.cursor().execute(statement)


@pytest.mark.parametrize("login", LOGINS)
def test_every_login_reads_in_utc_wherever_the_server_stands(migrated: Settings, login: str) -> None:
    admin = warehouse_url(migrated, ADMIN).set(drivername="postgresql")
    name = admin.database
    with closing(psycopg2.connect(admin.render_as_string(hide_password=False))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f"alter database {name} set timezone = 'Europe/Berlin'")
            try:
                url = warehouse_url(migrated, login).set(drivername="postgresql")
                with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as own, own.cursor() as asked:
                    asked.execute("show timezone")
                    assert asked.fetchone() == ("UTC",)
            finally:
                cursor.execute(f"alter database {name} reset timezone")


@pytest.fixture(scope="module")
def built(migrated: Settings) -> Settings:
    """The warehouse with one mart as dbt would build it (granted to Finance), over a table of core, and a raw table."""
    statements = {
        LOADER: ["create table raw_stripe.charges as select 1 as id"],
        BUILDER: [
            "create table core.fct_rights as select 5 as amount",
            "create view mart_finance.rights as select amount from core.fct_rights",
            f"grant select on mart_finance.rights to {FINANCE}",
            f"grant usage on schema mart_finance to {FINANCE}, {SALES}",
            "create table rollup.rights as select 5 as amount",
            "create view mart_engineer.rights as select count(*) as runs from portal.load_run",
        ],
    }
    for login, todo in statements.items():
        url = warehouse_url(migrated, login).set(drivername="postgresql")
        with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
            connection.autocommit = True
            for statement in todo:
                connection.cursor().execute(statement)
    return migrated


ALLOWED = [
    (FINANCE, "select amount from mart_finance.rights"),
    (LOADER, "create temp table t (i int); insert into raw_stripe.charges select i from t; create schema raw_new"),
    (BUILDER, "select id from raw_stripe.charges; create temp table t (i int)"),
    (BUILDER, "select 1 from portal.load_run, portal.check_result, portal.alert, workshop.anomaly"),
    (BUILDER, "select payload from raw_stripe_webhook.event"),
    (WORKER, "select * from rollup.rights, mart_finance.rights, mart_engineer.rights"),
    (WORKER, "delete from portal.metric_promise; delete from workshop.forecast_value; select 1 from portal.person"),
    (WORKER, "insert into portal.apscheduler_jobs values ('x', 1, 'x')"),
    (PORTAL, "select 1 from portal.person, portal.check_result; update portal.session set revoked_at = now()"),
    (PORTAL, "insert into portal.audit (email, role, action, outcome) values ('a', 'b', 'c', 'ok')"),
    (PORTAL, "insert into raw_stripe_webhook.event (event_id, type, created, payload) values ('e', 't', now(), '{}') "
             "on conflict (event_id) do nothing"),
    (PORTAL, "select count(received_at) from raw_stripe_webhook.event, portal.receipt"),
    (PORTAL, "insert into portal.board_pack select * from portal.board_pack; select 1 from portal.board_figure"),
    (PORTAL, "update portal.board_comparison set holds = true"),
    (PORTAL, "update portal.report set title = 'a', version = 2, deleted_at = now(); delete from portal.report_share"),
    (PORTAL, "update portal.dashboard set title = 'a', version = 2; delete from portal.dashboard_share"),
    (WORKER, "delete from portal.receipt where not exists (select 1 from portal.board_figure where receipt_id = 'a')"),
    (PORTAL, "update portal.alert set acknowledged_by = 'eva', acknowledged_at = now()"),
]  # fmt: skip

REFUSED = [
    (SALES, "select amount from mart_finance.rights"),
    (ANALYST, "select amount from mart_finance.rights"),
    (FINANCE, "select amount from core.fct_rights"),
    (PORTAL, "select amount from mart_finance.rights"),
    (PORTAL, "select id from raw_stripe.charges"),
    (PORTAL, "select payload from raw_stripe_webhook.event"),
    (PORTAL, "update portal.audit set email = 'somebody else'"),
    (PORTAL, "delete from portal.audit"),
    (PORTAL, "update portal.receipt set seal = ''"),
    (PORTAL, "update portal.board_pack set name = 'other'"),
    (PORTAL, "delete from portal.board_figure"),
    (PORTAL, "update portal.report set owner = 'somebody else'"),
    (PORTAL, "delete from portal.report"),
    (PORTAL, "update portal.report_version set definition = '{}'"),
    (PORTAL, "update portal.dashboard_version set definition = '{}'"),
    (WORKER, "update portal.report set title = 'other'"),
    (ANALYST, "select title from portal.report"),
    (WORKER, "delete from portal.board_pack"),
    (PORTAL, "delete from portal.receipt"),
    (WORKER, "update portal.receipt set answer = '{}'"),
    (PORTAL, "delete from portal.alert"),
    (WORKER, "update portal.audit set email = 'somebody else'"),
    (WORKER, "select session_id from portal.session"),
    (WORKER, "select id from raw_stripe.charges"),
    (BUILDER, "insert into raw_stripe.charges values (2)"),
    (BUILDER, "select session_id from portal.session"),
    (LOADER, "select amount from core.fct_rights"),
    (LOADER, "select 1 from portal.person"),
    *((reader, "select id from raw_stripe.charges") for reader in READERS),
    *((reader, "select email from portal.person") for reader in READERS),
    *((reader, "select 1 from portal.audit") for reader in READERS),
    *((reader, "select 1 from portal.receipt") for reader in READERS),
    *((reader, "create temp table t (i int)") for reader in READERS),
    *((reader, "create table public.t (i int)") for reader in READERS),
    *((reader, "create schema mine") for reader in READERS),
    *((reader, "insert into mart_finance.rights values (1)") for reader in READERS),
    *((reader, "set role plumbline_builder") for reader in READERS),
    *((reader, "copy (select 1) to program 'true'") for reader in READERS),
]


@pytest.mark.parametrize(("login", "statement"), ALLOWED, ids=[f"{who} may {what[:50]}" for who, what in ALLOWED])
def test_each_login_may_do_its_work(built: Settings, login: str, statement: str) -> None:
    run(built, login, statement)


@pytest.mark.parametrize(("login", "statement"), REFUSED, ids=[f"{who} may not {what[:50]}" for who, what in REFUSED])
def test_each_login_may_do_nothing_else(built: Settings, login: str, statement: str) -> None:
    with pytest.raises(psycopg2.errors.InsufficientPrivilege):
        run(built, login, statement)


@pytest.mark.parametrize("login", LOGINS)
def test_no_login_gets_into_another_database(migrated: Settings, login: str) -> None:
    with pytest.raises(psycopg2.OperationalError, match="permission denied for database"):
        run(migrated, login, "select 1", database="postgres")


def test_migrating_again_keeps_data_and_rights(built: Settings) -> None:
    migrate(built)
    run(built, FINANCE, "select amount from mart_finance.rights")
    run(built, ADMIN, "select 1 / count(*) from raw_stripe.charges")
