"""How fast Meltano loads a wide stream, and where the time goes; beside server-side COPY of the same rows; for a bench.

Salesforce's objects by tap-salesforce and target-postgres, as every load does it; then the tap alone, whose messages
are kept, and the loader alone, which is given them. A run has both side by side after Meltano has begun.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

import psycopg2

from app.errors import DependencyMissing, FellShort
from app.secrets import warehouse_url
from app.settings import ROOT, Settings
from pipelines import meltano, plugins
from pipelines.meltano import Block

TAP, LOADER, SCHEMA = "tap-salesforce", "target-postgres", "raw_salesforce"
COPIES = "workshop"
"""Where the same rows are copied to, for comparison; a schema of the admin's."""


def measure(settings: Settings, now: datetime) -> Mapping[str, float]:
    """Rows per second, ratio and seconds, by name.

    Args:
        settings: of a home of its own, with a prepared warehouse that holds no Salesforce yet, and the vendors up.
        now: the sandbox company's instant.

    Raises:
        DependencyMissing: the plugins cannot be installed, or Meltano, the tap or the loader ended badly.
        FellShort: the load failed.
    """
    plugins.install()
    meltano.prepare(settings, now)
    began = monotonic()
    [ended] = meltano.run(settings, [Block(TAP, LOADER, settings.home / "logs" / "bench.log")], run_id=uuid4(), now=now)
    whole = monotonic() - began
    if not ended.is_ok:
        raise FellShort(f"The load of {TAP} failed: {ended.told.reason}. See {settings.home / 'logs' / 'bench.log'}.")
    with closing(_connect(settings)) as warehouse:
        tables = _tables(warehouse)
        rows, copy_seconds = _copied(warehouse, tables)
        messages = settings.home / "messages.singer"
        tap_seconds = _tap(settings, now, messages)
        start_seconds = _loader(settings, b"")
        with warehouse.cursor() as cursor:
            for table in tables:
                cursor.execute(f'drop table {SCHEMA}."{table}" cascade')
        loader_seconds = _loader(settings, messages.read_bytes()) - start_seconds
        if _copied(warehouse, _tables(warehouse))[0] != rows:
            raise FellShort("The loader alone did not load the rows that the run had loaded.")
    return {
        "meltano_rows": float(rows), "meltano_rows_per_second": rows / whole, "meltano_ratio": copy_seconds / whole,
        "meltano_seconds": whole, "meltano_start_seconds": whole - ended.seconds, "meltano_run_seconds": ended.seconds,
        "meltano_tap_alone_seconds": tap_seconds, "meltano_loader_alone_seconds": loader_seconds,
        "meltano_copy_seconds": copy_seconds, "meltano_loader_ratio": copy_seconds / loader_seconds,
    }  # fmt: skip


def _connect(settings: Settings) -> Any:
    found = psycopg2.connect(
        warehouse_url(settings).set(drivername="postgresql").render_as_string(hide_password=False)
    )
    found.autocommit = True
    return found


def _tables(warehouse: Any) -> Sequence[str]:
    with warehouse.cursor() as cursor:
        cursor.execute("select tablename::text from pg_tables where schemaname = %s order by 1", (SCHEMA,))
        return [name for (name,) in cursor.fetchall()]


def _copied(warehouse: Any, tables: Sequence[str]) -> tuple[int, float]:
    """How many rows there are, and the seconds that COPY takes for them from memory."""
    rows, seconds = 0, 0.0
    with warehouse.cursor() as cursor:
        for table in tables:
            memory = io.BytesIO()
            cursor.copy_expert(f'copy {SCHEMA}."{table}" to stdout', memory)
            memory.seek(0)
            cursor.execute(f'create table {COPIES}."{table}" (like {SCHEMA}."{table}")')
            began = monotonic()
            cursor.copy_expert(f'copy {COPIES}."{table}" from stdin', memory, size=2**20)
            seconds += monotonic() - began
            rows += cursor.rowcount
            cursor.execute(f'drop table {COPIES}."{table}"')
    return rows, seconds


def _tap(settings: Settings, now: datetime, messages: Path) -> float:
    """Seconds from the tap's first message to its last, which are kept in a file; discovery comes before."""
    program = str(Path(sys.executable).with_name("meltano"))
    first = last = 0.0
    with messages.open("wb") as kept, subprocess.Popen(
        [program, "--log-level=error", "invoke", TAP], cwd=ROOT, env=dict(meltano.environment(settings, now)),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    ) as process:
        for line in process.stdout or ():
            last = monotonic()
            first = first or last
            kept.write(line)
    if process.returncode:
        raise DependencyMissing(
            f"{TAP} alone ended with code {process.returncode}. Expected 0. "
            f"Run `python -m pipelines.meltano invoke {TAP}`."
        )
    return last - first


def _loader(settings: Settings, messages: bytes) -> float:
    """Seconds that the loader takes for these messages, its own start included; set as in meltano.yml."""
    config = settings.home / "loader.json"
    config.touch(mode=0o600)
    url = warehouse_url(settings, "plumbline_loader").render_as_string(hide_password=False)
    config.write_text(json.dumps({
        "sqlalchemy_url": url, "default_target_schema": SCHEMA, "batch_size_rows": 10_000, "validate_records": False,
        "activate_version": False,
    }))  # fmt: skip
    program = plugins.FOLDER / "loaders" / LOADER / "venv" / "bin" / LOADER
    began = monotonic()
    ended = subprocess.run(
        [str(program), "--config", str(config)], input=messages, capture_output=True, check=False, cwd=settings.home
    )
    seconds = monotonic() - began
    config.unlink()
    if ended.returncode:
        last = ended.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise DependencyMissing(f"{LOADER} alone ended with code {ended.returncode}: {' '.join(last)}. Expected 0.")
    return seconds
