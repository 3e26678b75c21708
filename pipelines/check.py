"""The inspector: verifies every promise of checks/ against the warehouse and keeps what it found.

The only module that knows Soda. Contracts are verified in this process; each promise gives one row of
portal.check_result, in words that people can read, and portal.metric_promise says which figures rest on it. A
dataset that is not there (its source is not configured, or nothing was built yet) has not been checked, which is
a normal state; a promise that cannot be worked out on a dataset that is there is broken.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from app.clock import wall
from app.errors import SettingsError
from app.metrics import catalogue
from app.secrets import warehouse_url
from app.sql import history
from app.status import is_heartbeat
from pipelines.contracts import Contract, Promise, read_contracts
from pipelines.dbt import manifest_path
from pipelines.job import Run, StepResult
from pipelines.lineage import Lineage, datasets_of, plain, read_lineage
from pipelines.old_receipts import forget
from pipelines.verdict import expected_of, found_of, outcome_of

REMEMBERED = timedelta(days=31)
PASSWORD = "PLUMBLINE_CHECK_PASSWORD"
DATA_SOURCE = """
type: postgres
name: warehouse
connection:
  host: "{host}"
  port: {port}
  database: {database}
  user: {user}
  password: ${{env.{password}}}
"""


@dataclass(frozen=True)
class Finding:
    """What became of one promise: kept, broken, warned or not_run, and in words why."""

    promise: Promise
    outcome: str
    found: str
    expected: str


def check(run: Run) -> StepResult:
    """Verifies every contract, stores the findings, and says which figures rest on which promise.

    Raises:
        DependencyMissing: there is no build yet whose lineage could be read.
        SettingsError: a contract file is malformed.
    """
    contracts = read_contracts()
    lineage = read_lineage(manifest_path(run.settings))
    findings = verify_contracts(contracts, warehouse_url(run.settings, "plumbline_builder"), run.as_of)
    engine = create_engine(warehouse_url(run.settings, "plumbline_worker"), poolclass=NullPool)
    with engine.begin() as connection:
        store_findings(connection, run, findings)
        store_metric_promises(connection, contracts, lineage)
        forget(connection, run.settings.receipts_days, wall())
        history.forget(connection, run.settings.sql_history_days, wall())
    counts = Counter(finding.outcome for finding in findings)
    broken = [f"{f.promise.dataset}: {f.promise.name} ({f.found})" for f in findings if f.outcome == "broken"]
    return StepResult({"datasets": len(contracts), **counts, "broken_promises": broken})


def verify_contracts(contracts: Sequence[Contract], url: URL, as_of: datetime) -> tuple[Finding, ...]:
    """One finding per promise, in the order of the contracts.

    Args:
        contracts: what to verify.
        url: the warehouse, with a login that reads raw data, marts and portal.load_run.
        as_of: the business instant, which contracts read as the variable AS_OF.

    Raises:
        SettingsError: Soda does not understand a contract.
    """
    present = _present(url)
    there = [contract for contract in contracts if contract.dataset in present]
    verified = dict(zip((c.dataset for c in there), _verify(there, url, as_of), strict=True)) if there else {}
    return tuple(
        _finding(promise, verified.get(contract.dataset)) for contract in contracts for promise in contract.promises
    )


def store_findings(connection: Connection, run: Run, findings: Sequence[Finding]) -> None:
    """Appends the findings to portal.check_result under the run's id, all checked at one instant.

    What was kept is forgotten after a while, or the table would grow by ten million rows a year; what was broken stays.
    """
    checked_at = wall()
    connection.execute(
        text("delete from portal.check_result where outcome in ('kept', 'not_run') and checked_at < :before"),
        {"before": checked_at - REMEMBERED},
    )
    rows = [
        {
            "run_id": run.run_id,
            "checked_at": checked_at,
            "dataset": finding.promise.dataset,
            "check_name": finding.promise.name,
            "column_name": finding.promise.column,
            "outcome": finding.outcome,
            "found": finding.found,
            "expected": finding.expected,
            "as_of": run.as_of,
        }
        for finding in findings
    ]
    _insert(connection, "portal.check_result", rows)


def store_metric_promises(connection: Connection, contracts: Sequence[Contract], lineage: Lineage) -> None:
    """Replaces portal.metric_promise: for each certified figure every promise that it rests on.

    That a stream's source has loaded in time is such a promise only where its lateness can change the figure.
    """
    promises = {plain(contract.dataset): contract.promises for contract in contracts}
    waited_for = datasets_of(catalogue(), lineage, waited_for=True)
    rows = [
        {"metric": metric, "dataset": promise.dataset, "check_name": promise.name}
        for metric, datasets in sorted(datasets_of(catalogue(), lineage).items())
        for dataset in sorted(datasets)
        for promise in promises.get(plain(dataset), ())
        if not is_heartbeat(promise.name) or dataset in waited_for[metric]
    ]
    connection.execute(text("delete from portal.metric_promise"))
    _insert(connection, "portal.metric_promise", rows)


def _insert(connection: Connection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        columns = list(rows[0])
        values = ", ".join(f":{column}" for column in columns)
        connection.execute(text(f"insert into {table} ({', '.join(columns)}) values ({values})"), list(rows))


def _present(url: URL) -> frozenset[str]:
    """The tables and views of the warehouse, as schema.name."""
    query = "select n.nspname || '.' || c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return frozenset(connection.scalars(text(query + " where c.relkind in ('r', 'p', 'v', 'm', 'f')")))


def _finding(promise: Promise, verified: Any | None) -> Finding:
    """The promise's finding; `verified` is Soda's result of its dataset, None where the dataset is not there."""
    if verified is None:
        return Finding(promise, "not_run", f"{promise.dataset} is not there", "the dataset, once its source is set up")
    result = next((r for r in verified.check_results if r.check.name == promise.name), None)
    if result is None:
        return Finding(promise, "broken", f"could not be checked: {_reason(verified)}", "a check that can be run")
    if result.outcome.name == "NOT_EVALUATED":
        return Finding(promise, "broken", f"could not be checked: {_reason(verified)}", expected_of(result))
    return Finding(promise, outcome_of(result), found_of(result), expected_of(result))


def _reason(verified: Any) -> str:
    """The first error that Soda met, in one line and without the SQL before it."""
    errors = [str(verified.error)] if verified.error else verified.get_errors()
    lines = [line.strip() for line in (errors or ["no reason given"])[0].splitlines() if line.strip()]
    return next((line for line in lines if "does not exist" in line or "error" in line.lower()), lines[0])[:300]


def _verify(contracts: Sequence[Contract], url: URL, as_of: datetime) -> list[Any]:
    """Soda's results, one per contract in their order."""
    with _quiet_soda(url):
        from soda_core.common.exceptions import SodaCoreException
        from soda_core.common.yaml import ContractYamlSource, DataSourceYamlSource
        from soda_core.contracts.contract_verification import ContractVerificationSession

        database = url.database or "plumbline"
        source = DATA_SOURCE.format(
            host=url.host, port=url.port or 5432, database=database, user=url.username, password=PASSWORD
        )
        try:
            session = ContractVerificationSession.execute(
                contract_yaml_sources=[ContractYamlSource.from_str(c.text_for(database)) for c in contracts],
                data_source_yaml_sources=[DataSourceYamlSource.from_str(source)],
                variables={"AS_OF": as_of.astimezone(UTC).isoformat()},
            )
        except SodaCoreException as error:  # a single contract; of several, the others are verified all the same
            raise _not_understood(contracts[0], str(error)) from None
    results = list(session.contract_verification_results)
    for contract, result in zip(contracts, results, strict=True):
        if not result.check_results:
            raise _not_understood(contract, _reason(result))
    return results


def _not_understood(contract: Contract, reason: str) -> SettingsError:
    return SettingsError(
        f"Soda does not understand {contract.path}: {reason}. Expected a Soda 4 contract. Mend the file."
    )


@contextmanager
def _quiet_soda(url: URL) -> Iterator[None]:
    """Soda without telemetry and chatter; it reads the password from the environment while it runs."""
    os.environ["SODA_CORE_TELEMETRY_ENABLED"] = "false"
    logging.getLogger("soda").setLevel(logging.ERROR)  # results carry the errors; nothing below them is wanted
    os.environ[PASSWORD] = url.password or ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of Soda's own code
            yield
    finally:
        del os.environ[PASSWORD]
