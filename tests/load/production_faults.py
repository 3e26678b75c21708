"""What can go wrong between production's PostgreSQL and the warehouse, in place of a vendor's answers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from time import sleep

import psutil
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.secrets import production_url, warehouse_url
from app.settings import ROOT
from pipelines.postgres import Cluster
from pipelines.postmaster import named_in
from pipelines.sandbox import production
from tests.load.campaign import Campaign
from tests.load.caught import in_background, locked, until
from tests.load.whole_company import WholeCompany

TABLE = "raw_production.transactions"
SECONDS_OF_STALL = 3.0


def strike(campaign: Campaign) -> None:
    """Each fault while rows that were taken away and came back are on their way; then a load that goes well."""
    company = campaign.company
    for fault, act in ACTS.items():
        if (fault, "production") not in campaign.pairs:
            continue
        _ask(company, "delete from transactions where id in (select id from transactions order by id desc limit 20)")
        company.load_asked("production")
        if act(company):
            campaign.struck(fault, "production")
        campaign.judge(company.load_asked("production"))


@contextmanager
def _in_the_middle(company: WholeCompany) -> Iterator[int]:
    """A load of production whose transaction waits in the warehouse for a table; the value is the waiting backend."""
    with locked(company.settings, TABLE) as waiting:
        production.seed(company.settings)
        with in_background(company, lambda: company.load_asked("production"), waiting):
            yield until(waiting, "the capture waits for its table")
            waiting.let_go()


def _kill_capture(company: WholeCompany) -> bool:
    given = {"PLUMBLINE_HOME": str(company.settings.home), "PLUMBLINE_SANDBOX_SCALE": "small"}
    with locked(company.settings, TABLE) as waiting:
        production.seed(company.settings)
        service = subprocess.Popen(
            [sys.executable, "-m", "pipelines.capture"], cwd=ROOT, env=os.environ | given,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        until(waiting, "the service capture waits for its table")
        service.kill()
        return service.wait(30) == -signal.SIGKILL


def _end_session(company: WholeCompany) -> bool:
    with _in_the_middle(company) as backend:
        engine = create_engine(warehouse_url(company.settings), poolclass=NullPool)
        with engine.begin() as connection:
            return bool(connection.scalar(text("select pg_terminate_backend(:pid)"), {"pid": backend}))


def _refuse_connections(company: WholeCompany) -> bool:
    production.seed(company.settings)
    _ask(company, f"alter role {production.READER} connection limit 0")
    failed = company.load_asked("production").failed.get("production", "")
    _ask(company, f"alter role {production.READER} connection limit -1")
    return "too many connections" in failed


def _kill_server(company: WholeCompany) -> bool:
    server = Cluster(company.settings, "production")
    with _in_the_middle(company):
        os.kill(named_in(server.data)[0] or 0, signal.SIGKILL)
        until(lambda: not server.is_running(), "production is dead")
        server.start()
        return server.is_running()


def _cut(company: WholeCompany) -> bool:
    with _in_the_middle(company):
        return bool(_ask(company, "select pg_terminate_backend(pid) from pg_stat_replication"))


def _take_away(company: WholeCompany) -> bool:
    """Rows that the load is just storing are taken away at production, and others come."""
    with _in_the_middle(company):
        _ask(company, "delete from transactions where id in (select id from transactions order by id desc limit 10)")
        _ask(company, "update orders set quantity = quantity where id in (select id from orders limit 50)")
    production.seed(company.settings)
    return True


def _stall(company: WholeCompany) -> bool:
    """Production takes connections and says nothing for a while."""
    production.seed(company.settings)
    server = psutil.Process(named_in(Cluster(company.settings, "production").data)[0])
    server.suspend()
    try:
        with in_background(company, lambda: company.load_asked("production")) as load:
            sleep(SECONDS_OF_STALL)
            was_held_up = not load.done()
            server.resume()
        return was_held_up
    finally:
        server.resume()


def _change_columns(company: WholeCompany) -> bool:
    _ask(company, "alter table transactions add column zz_new text")
    production.seed(company.settings)
    company.load_asked("production")
    _ask(company, "alter table transactions drop column zz_new")
    _ask(company, "update transactions set status = status where id in (select id from transactions limit 5)")
    return _is_told(company, "new_column")


def _change_type(company: WholeCompany) -> bool:
    _ask(company, "alter table orders alter column quantity type text using quantity::text")
    _ask(company, "update orders set quantity = quantity where id in (select id from orders limit 5)")
    production.seed(company.settings)
    company.load_asked("production")
    _ask(company, "alter table orders alter column quantity type integer using quantity::integer")
    return _is_told(company, "changed_type")


def _is_told(company: WholeCompany, kind: str) -> bool:
    query = f"select 1 from portal.drift where source = 'production' and kind = '{kind}'"
    return bool(company.house.rows(query))


def _ask(company: WholeCompany, statement: str) -> object:
    """A statement of production's owner; the first value of its answer."""
    engine = create_engine(production_url(company.settings), poolclass=NullPool)
    with engine.begin() as connection:
        found = connection.execute(text(statement))
        return found.scalar() if found.returns_rows else None


ACTS: Mapping[str, Callable[[WholeCompany], bool]] = {
    "kill -9 of the tap": _kill_capture,
    "kill -9 of the loader": _end_session,
    "429": _refuse_connections,
    "500": _kill_server,
    "timeout": _stall,
    "connection cut": _cut,
    "a page that changes": _take_away,
    "a new and a missing field": _change_columns,
    "a number that became a text": _change_type,
}
"""What stands for each fault of the table; each says whether it struck."""
