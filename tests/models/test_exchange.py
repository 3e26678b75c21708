"""A build becomes visible all at once, or not at all: what readers see while one runs, fails, or changes the models."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import psycopg2
import pytest
from psycopg2.extensions import connection

from app.errors import FellShort
from app.secrets import warehouse_url
from app.settings import Settings
from pipelines import dbt
from tests.models import meridian
from tests.models.conftest import answers, built_once
from tests.models.raw_tables import fill, fill_files, fill_stripe

pytestmark = pytest.mark.slow
Build = Callable[[datetime], None]
FEBRUARY = datetime(2024, 2, 12, 15, tzinfo=UTC)
BALANCES = [{"balance_date": "2024-02-10", "account": "Main", "currency": "usd", "balance": "900"}]
TARGETS = [{"month": "2024-02-01", "metric": "net_mrr", "target": "700"}]
MARTS = ("mart_finance.mrr_monthly", "mart_finance.customers_monthly", "mart_finance.cash_monthly",
         "mart_executive.kpi_daily", "mart_executive.targets_monthly", "mart_executive.claims")  # fmt: skip
SEEN = (
    f"select {', '.join(f'(select count(*) from {mart})' for mart in MARTS)}, "
    "(select sum(closing_mrr_usd) from mart_finance.mrr_monthly), (select max(ds) from mart_executive.kpi_daily), "
    "(select as_of from portal.build_run where result = 'ok' order by started_at desc limit 1)"
)
"""Six marts, two figures, and the instant they speak about, in one statement of the worker's."""


def load(database: connection) -> None:
    fill_stripe(database, meridian.objects(), extracted_at=datetime(2024, 4, 5, tzinfo=UTC))
    files = {"exchange_rates": meridian.RATES, "contracts": meridian.CONTRACTS, "bank_balances": BALANCES}
    fill_files(database, files)
    fill(database, "raw_files", "targets", {"month": "date", "metric": "text", "target": "numeric"}, TARGETS)


built = built_once("february", load, FEBRUARY)


@pytest.fixture
def own_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of models/ that builds take instead, to be changed by the test."""
    folder = tmp_path / "models"
    shutil.copytree(dbt.PROJECT, folder)
    monkeypatch.setattr(dbt, "PROJECT", folder)
    return folder


def test_readers_never_see_a_build(migrated: Settings, built: connection, build_as_of: Build) -> None:
    """Whoever reads while a build runs sees all marts of the build before or all of the new one, with its date."""
    [before] = answers(built, SEEN)
    with _reading(migrated, SEEN) as seen:
        build_as_of(meridian.AS_OF)
        [after] = answers(built, SEEN)
        until = monotonic() + 10
        while after not in seen[-3:] and monotonic() < until:
            sleep(0.01)
    assert (before[-1], after[-1]) == (FEBRUARY, meridian.AS_OF)
    assert len(seen) > 100
    assert set(seen) == {before, after}


def test_a_build_whose_invariant_does_not_hold_leaves_all_as_it_was(
    migrated: Settings, built: connection, build_as_of: Build, own_models: Path
) -> None:
    """The invariant reads rollups that were worked out already; the build also changes a staging view's columns."""
    [before] = answers(built, SEEN)
    invariant = own_models / "tests" / "assert_nobody_pays.sql"
    invariant.write_text('select * from {{ ref("mrr_month") }} where closing_mrr_usd > 0\n')
    _replace(own_models / "staging/files/stg_files__targets.sql", "select\n", "select\n    1 as one,\n")
    with _reading(migrated, SEEN) as seen, pytest.raises(FellShort, match="The invariant 'nobody pays' does not hold"):
        build_as_of(meridian.AS_OF)
    assert set(seen) == {before}
    newest = "select result, as_of, error from portal.build_run order by started_at desc limit 1"
    [(result, as_of, error)] = answers(built, newest)
    assert (result, as_of) == ("failed", meridian.AS_OF)
    assert error.startswith("The invariant 'nobody pays' does not hold: ")
    assert " row(s) break it, first month 20" in error, "who is paged reads which rows"
    worked_out = "select sum(closing_mrr_usd) from rollup_next.mrr_month where month = '2024-04-01'"
    assert answers(built, worked_out) == [(820,)]
    invariant.unlink()
    build_as_of(meridian.AS_OF)
    assert answers(built, SEEN)[0][-1] == meridian.AS_OF
    aside = "select count(*) from pg_class where relname like '%\\_\\_before' or relname like '%\\_\\_new'"
    assert answers(built, aside) == [(0,)]
    assert answers(built, "select count(*) from pg_tables where schemaname = 'rollup_next'") == [(0,)]


def test_an_upgrade_changes_the_columns_of_a_rollup_and_of_its_mart(
    migrated: Settings, built: connection, build_as_of: Build, own_models: Path
) -> None:
    [before] = answers(built, SEEN)
    _replace(own_models / "rollup/cash_month.sql", "        cash_note,", "        cash_note,\n        1 as one,")
    _replace(own_models / "marts/finance/cash_monthly.sql", "    cash_usd,", "    one,\n    cash_usd,")
    with _reading(migrated, SEEN) as seen:
        build_as_of(FEBRUARY)
    assert len(seen) > 100
    assert set(seen) == {before}
    assert answers(built, "select distinct one from mart_finance.cash_monthly") == [(1,)]
    logins = ("finance", "executive", "analyst", "worker", "sales")
    may = ", ".join(f"has_table_privilege('plumbline_{who}', 'mart_finance.cash_monthly', 'select')" for who in logins)
    assert answers(built, f"select {may}") == [(True, True, True, True, False)]
    rollup = "select has_table_privilege('plumbline_analyst', 'rollup.cash_month', 'select')"
    assert answers(built, rollup) == [(True,)]


def _replace(file: Path, old: str, new: str) -> None:
    content = file.read_text()
    assert old in content
    file.write_text(content.replace(old, new, 1))


@contextmanager
def _reading(settings: Settings, query: str) -> Iterator[list[object]]:
    """Asks again and again in a thread of its own; holds the answers, and the error that ended it if one did."""
    address = warehouse_url(settings, "plumbline_worker").set(drivername="postgresql")
    seen: list[object] = []
    is_over = Event()

    def ask() -> None:
        with closing(psycopg2.connect(address.render_as_string(hide_password=False))) as reader:
            try:
                while not is_over.is_set():
                    seen.extend(answers(reader, query))
            except psycopg2.Error as error:
                seen.append(str(error))

    thread = Thread(target=ask)
    thread.start()
    try:
        yield seen
    finally:
        is_over.set()
        thread.join()
