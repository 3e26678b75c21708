"""The other way, by tap-postgres and wal2json through Meltano, on a PostgreSQL of Debian that has the plugin."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from app.clock import as_of
from app.secrets import get_secret, production_url
from app.settings import Settings
from pipelines import load as loading
from pipelines import plugins
from pipelines.job import Run
from pipelines.migrate import migrate
from pipelines.postgres import Cluster
from tests.capture.conftest import connect, rows

pytestmark = pytest.mark.slow
DEBIAN = Path("/usr/lib/postgresql/15")
LOGIN = "reader"


@pytest.mark.skipif(
    not (DEBIAN / "lib" / "wal2json.so").exists() or not (DEBIAN / "bin" / "initdb").exists(),
    reason="postgresql-15 and postgresql-15-wal2json are not installed: scripts/bootstrap --tests",
)
def test_changes_arrive_by_wal2json_and_production_may_throw_its_log_away(
    make_settings: Callable[..., Settings]
) -> None:
    settings = make_settings(sandbox_scale="none", load_retries=0)
    plugins.install()
    warehouse = Cluster(settings, "warehouse")
    server = Cluster(settings.model_copy(update={"postgres_bin": DEBIAN / "bin"}), "production")
    warehouse.start()
    server.start()
    try:
        migrate(settings)
        address = production_url(settings).set(database="postgres")
        with closing(connect(address)) as owner:
            secret = get_secret(settings, "production_reader")
            make_production(owner, secret)
            url = address.set(drivername="postgresql", username=LOGIN, password=secret)
            file = settings.home / "sources.json"
            file.write_text(json.dumps({"production": {
                "url": url.render_as_string(hide_password=False), "method": "wal2json"}}))  # fmt: skip
            file.chmod(0o600)
            assert load(settings) == [(1, "one", False), (2, "two", False), (3, "three", False)]
            run(owner, "update accounts set name = 'TWO' where id = 2", "delete from accounts where id = 1",
                "insert into accounts values (4, 'four', now())")  # fmt: skip
            ((before,),) = rows(owner, "select pg_current_wal_lsn()::text")
            assert load(settings) == [(1, None, True), (2, "TWO", False), (3, "three", False), (4, "four", False)]
            moved = f"select confirmed_flush_lsn >= '{before}'::pg_lsn from pg_replication_slots"
            assert rows(owner, moved) == [(True,)]
    finally:
        server.stop()
        warehouse.stop()


def make_production(owner: object, secret: str) -> None:
    run(owner, f"create role {LOGIN} login replication password '{secret}'",
        "create table accounts (id bigint primary key, name text, updated_at timestamptz)",
        "insert into accounts select g, (array['one','two','three'])[g], now() from generate_series(1, 3) g",
        f"grant select on accounts to {LOGIN}")  # fmt: skip


def run(owner: object, *statements: str) -> None:
    with owner.cursor() as cursor:  # type: ignore[attr-defined]
        for statement in statements:
            cursor.execute(statement)


def load(settings: Settings) -> list[tuple[int, str, bool]]:
    """One load of production, and what is in its raw table then."""
    from app.secrets import warehouse_url

    result = loading.load(Run(uuid4(), as_of(settings), settings, "load"))
    assert result.detail["failed"] == {}
    with closing(connect(warehouse_url(settings))) as warehouse:
        found = rows(warehouse, "select id, name, _sdc_deleted_at is not null from raw_production.accounts order by id")
        return [(int(key), name, is_deleted) for key, name, is_deleted in found]
