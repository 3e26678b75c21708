"""A foreign Postgres is prepared like the embedded one, by a user that is no superuser; failures are clear."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from pydantic import SecretStr

from app.errors import DependencyMissing, SettingsError, WarehouseDown
from app.secrets import PORTAL, get_secret, production_url, warehouse_url
from app.settings import Settings
from pipelines.migrate import migrate
from pipelines.ports import port_of
from pipelines.postgres import Cluster
from pipelines.unprivileged import programs

MakeSettings = Callable[..., Settings]
DEBIAN = Path("/usr/lib/postgresql/15/bin")


@pytest.fixture(params=["15", "18"])
def server(request: pytest.FixtureRequest, make_settings: MakeSettings) -> Iterator[Cluster]:
    """Somebody else's Postgres, in which `owner` may create roles and databases but is no superuser."""
    folder = DEBIAN if request.param == "15" else programs(make_settings())
    if not (folder / "initdb").exists():
        pytest.skip("the server of PostgreSQL 15 is not installed")
    cluster = Cluster(make_settings(postgres_bin=folder), "production")
    cluster.start()
    url = production_url(cluster.settings).set(drivername="postgresql", database="postgres")
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
        connection.autocommit = True
        connection.cursor().execute("create role owner login createrole createdb password 'let me in'")
    yield cluster
    cluster.stop()


def test_a_foreign_postgres_is_prepared_by_a_user_that_is_no_superuser(
    server: Cluster, make_settings: MakeSettings
) -> None:
    address = SecretStr(f"postgresql://owner:let%20me%20in@127.0.0.1:{server.port}/numbers")
    settings = make_settings(warehouse_url=address)
    migrate(settings)
    migrate(settings)
    url = warehouse_url(settings, PORTAL).set(drivername="postgresql")
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
        cursor = connection.cursor()
        cursor.execute("select current_database(), current_user, count(*) from portal.person")
        assert cursor.fetchone() == ("numbers", PORTAL, 0)
    assert not (settings.home / "postgres").exists()
    assert public_may_connect(server, "numbers") is False


def public_may_connect(server: Cluster, database: str) -> bool:
    """Whether a login that nobody gave anything may enter the database."""
    url = production_url(server.settings).set(drivername="postgresql", database="postgres")
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
        cursor = connection.cursor()
        cursor.execute("create role stranger login")
        cursor.execute("select has_database_privilege('stranger', %s, 'connect')", (database,))
        return cursor.fetchall() == [(True,)]


def test_a_database_that_others_use_too_stays_open_to_them(server: Cluster, make_settings: MakeSettings) -> None:
    settings = make_settings(
        warehouse_url=SecretStr(f"postgresql://owner:let%20me%20in@127.0.0.1:{server.port}/shared")
    )
    admin = warehouse_url(settings).set(drivername="postgresql")
    with closing(psycopg2.connect(admin.set(database="postgres").render_as_string(hide_password=False))) as connection:
        connection.autocommit = True
        connection.cursor().execute("create database shared")
    with closing(psycopg2.connect(admin.render_as_string(hide_password=False))) as connection, connection:
        connection.cursor().execute("create table public.theirs (i int)")
    migrate(settings)
    assert public_may_connect(server, "shared") is True


def test_tables_have_the_columns_that_other_rooms_rely_on(migrated: Settings) -> None:
    url = warehouse_url(migrated).set(drivername="postgresql")
    with closing(psycopg2.connect(url.render_as_string(hide_password=False))) as connection:
        cursor = connection.cursor()
        cursor.execute(
            "select table_schema || '.' || table_name, string_agg(column_name, ' ' order by ordinal_position) from "
            "information_schema.columns where table_schema in ('portal', 'workshop', 'raw_stripe_webhook') group by 1"
        )
        found = dict(cursor.fetchall())
    assert found["portal.load_run"] == (
        "run_id source stream started_at ended_at row_count seconds result error as_of log is_full"
    )
    assert found["portal.check_result"] == (
        "run_id checked_at dataset check_name column_name outcome found expected as_of"
    )
    assert found["workshop.anomaly"] == (
        "anomaly_id detect_run_id made_at as_of unique_id ds value expected lo hi score is_anomaly model_version"
    )
    assert found["raw_stripe_webhook.event"] == "event_id type created received_at payload processed_at state reason"


def test_nobody_listening_is_told_without_the_password(make_settings: MakeSettings) -> None:
    settings = make_settings()
    port = port_of(settings, "warehouse")
    with pytest.raises(WarehouseDown, match=f"127.0.0.1:{port} could not be prepared") as refused:
        migrate(settings, wait_seconds=0.2)
    assert get_secret(settings, "postgres_superuser") not in str(refused.value)


def test_a_wrong_password_is_told_without_it(server: Cluster, make_settings: MakeSettings) -> None:
    address = SecretStr(f"postgresql://owner:mistyped@127.0.0.1:{server.port}/numbers")
    with pytest.raises(WarehouseDown, match='password authentication failed for user "owner"') as refused:
        migrate(make_settings(warehouse_url=address), wait_seconds=0.2)
    assert "mistyped" not in str(refused.value)


@pytest.mark.parametrize("address", ["numbers", "mysql://a:b@c/d", "postgresql:///numbers"])
def test_an_address_that_is_no_postgres_is_refused_unseen(make_settings: MakeSettings, address: str) -> None:
    with pytest.raises(SettingsError, match="what was found is not shown") as refused:
        warehouse_url(make_settings(warehouse_url=SecretStr(address)))
    assert address not in str(refused.value).replace("postgresql://user", "")


def test_a_home_that_never_ran_says_so(make_settings: MakeSettings) -> None:
    with pytest.raises(DependencyMissing, match="has no port yet"):
        warehouse_url(make_settings())
