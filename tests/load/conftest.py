"""A whole house for loads: warehouse, production database, vendors and the published taps, over a tiny company."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic, sleep
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.clock import as_of
from app.secrets import warehouse_url
from app.settings import ROOT, Settings
from pipelines import credentials, plugins, pull
from pipelines import load as loading
from pipelines.job import Run, StepResult
from pipelines.migrate import migrate
from pipelines.ports import is_listening, port_of
from pipelines.postgres import Cluster
from pipelines.rights import RAW
from pipelines.sandbox import production
from tests import template
from tests.vendors.tiny_company import Store, write_company


class House:
    """Loads, and asks what came of it."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self._engine = create_engine(warehouse_url(settings), poolclass=NullPool)

    def rows(self, query: str) -> Sequence[Mapping[str, object]]:
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(text(query)).mappings()]

    def count(self, table: str) -> int:
        """Rows of a raw table; 0 where it does not exist."""
        found = self.rows(f"select to_regclass('{table}') is not null as there")
        return int(str(self.rows(f"select count(*) as n from {table}")[0]["n"])) if found[0]["there"] else 0

    def stored(self, vendor: str, kind: str) -> int:
        found = self.store.connection.execute(
            "select count(*) from object where vendor = ? and kind = ?", (vendor, kind)
        ).fetchone()
        return int(found[0])

    def fault(self, **fault: object) -> None:
        address = f"http://127.0.0.1:{port_of(self.settings, 'vendors_http')}/_sandbox/faults"
        answer = httpx.post(address, json=fault, timeout=60) if fault else httpx.delete(address, timeout=60)
        answer.raise_for_status()

    def cleared(self) -> Mapping[str, Mapping[str, int]]:
        """Ends all faults; how many requests each vendor has `seen`."""
        address = f"http://127.0.0.1:{port_of(self.settings, 'vendors_http')}/_sandbox/faults"
        found: Mapping[str, Mapping[str, int]] = httpx.delete(address, timeout=60).raise_for_status().json()
        return found

    def run(self, retries: int) -> Run:
        settings = self.settings.model_copy(update={"load_retries": retries})
        return Run(uuid4(), as_of(settings), settings, "load")

    def forget(self) -> None:
        """Empties the raw schemas and all bookmarks, as in a fresh warehouse."""
        for schema in RAW:
            for row in self.rows(f"select tablename as t from pg_tables where schemaname = '{schema}'"):
                self.execute(f'drop table {schema}."{row["t"]}"')
        if self.rows("select 1 from pg_tables where schemaname = 'meltano' and tablename = 'state'"):
            self.execute("delete from meltano.state")
            self.execute("drop table if exists meltano.kept_state")
        self.execute("delete from portal.load_run")

    def execute(self, statement: str) -> None:
        with self._engine.begin() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="module")
def house(make_settings: Callable[..., Settings]) -> Iterator[House]:
    settings = make_settings()
    plugins.install()
    store = write_company(settings.home, customers=4, months=3, lines=12)
    clusters = [Cluster(settings, "warehouse"), Cluster(settings, "production")]
    template.lay(settings)
    for cluster in clusters:
        cluster.start()
    migrate(settings)
    production.seed(settings)
    given = {"PLUMBLINE_HOME": str(settings.home), "PLUMBLINE_SANDBOX_SCALE": "small"}
    vendors = subprocess.Popen([sys.executable, "-m", "pipelines.sandbox.vendors"], cwd=ROOT, env=os.environ | given)
    deadline = monotonic() + 180
    while not is_listening(port_of(settings, "vendors_proxy")):
        assert vendors.poll() is None and monotonic() < deadline, "The vendors do not answer."
        sleep(0.05)
    yield House(settings, store)
    vendors.send_signal(signal.SIGTERM)
    vendors.wait(180)
    store.connection.close()
    for cluster in clusters:
        cluster.stop()


@pytest.fixture
def load(house: House, monkeypatch: pytest.MonkeyPatch) -> Callable[..., StepResult]:
    """Loads all sources, or only those named; waits for a vendor no longer than a test can."""
    monkeypatch.setattr(pull, "FIRST_WAIT_SECONDS", 1)

    def run(*names: str, retries: int = 3) -> StepResult:
        found = credentials.configured(house.settings)
        monkeypatch.setattr(
            loading, "configured", lambda settings: {n: e for n, e in found.items() if not names or n in names}
        )
        return loading.load_all(house.run(retries))

    return run
