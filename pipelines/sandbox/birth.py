"""Birth and growing older: simulate, write everything, and move the clock last.

A kill at any moment leaves the old clock; doing the same again ends in the same state.
"""

from __future__ import annotations

import csv
import fcntl
import gc
import io
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from app.clock import sandbox_clock
from app.errors import SettingsError, UsageError
from app.home import make_home
from app.settings import Settings
from pipelines.sandbox.claims_file import claim_rows
from pipelines.sandbox.company import simulate
from pipelines.sandbox.company.times import ANCHOR
from pipelines.sandbox.ledger import is_of_this_form, ledger_path, write_ledger
from pipelines.sandbox.store import read_meta, write_store

COLUMNS: dict[str, tuple[str, ...]] = {
    "budget": ("month", "line", "currency", "amount"),
    "costs": ("month", "department", "category", "is_cost_of_revenue", "product", "currency", "amount"),
    "bank_balances": ("balance_date", "account", "currency", "balance"),
    "targets": ("metric", "month", "target"),
    "quotas": ("rep_id", "rep_name", "period_start", "period_end", "currency", "amount"),
    "exchange_rates": ("rate_date", "currency", "usd_per_unit"),
    "contracts": ("contract_id", "customer_id", "start_date", "end_date", "monthly_amount", "currency", "product",
                  "plan", "country"),
    "identities": ("source", "source_id", "customer_id", "kind", "reason", "known_on"),
    "features": ("feature", "product", "uses_needed", "launched_on"),
    "funnels": ("funnel", "step", "event", "counts", "window_days"),
    "support_hours": ("day", "opens", "closes", "time_zone"),
    "claims": ("claimed_on", "department", "metric", "value", "note", "source"),
}  # fmt: skip
_MAX_DAYS = 366


def bring_to_life(settings: Settings, until: datetime | None = None) -> datetime:
    """The sandbox company as of its birth (or `until`); nothing happens if it already lives that long.

    Returns:
        The company's clock, in UTC.

    Raises:
        SettingsError: this home holds a company of another seed or scale.
    """
    with _alone(settings):
        clock = read_clock(settings)
        _same_company(settings)
        wanted = until or clock or datetime.fromtimestamp(ANCHOR, UTC)
        if clock is not None and wanted <= clock and is_of_this_form(ledger_path(settings)):
            return clock
        return _live_until(settings, wanted)


def advance(settings: Settings, days: int) -> datetime:
    """Live on for so many days; returns the new clock.

    Raises:
        UsageError: there is no company yet, or the number of days is not between 1 and 366.
    """
    with _alone(settings):
        clock = read_clock(settings)
        if clock is None:
            raise UsageError("The sandbox company has not been born in this home. Run `plumbline up` first.")
        if not 1 <= days <= _MAX_DAYS:
            raise UsageError(f"The company can live on for 1 to {_MAX_DAYS} days at a time; found {days}.")
        _same_company(settings)
        return _live_until(settings, clock + timedelta(days=days))


def read_clock(settings: Settings) -> datetime | None:
    """The instant the company has reached, None before birth."""
    path = sandbox_clock(settings)
    return datetime.fromisoformat(path.read_text().strip()) if path.exists() else None


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """Only one process writes the company at a time; the lock goes with the process."""
    make_home(settings)
    folder = sandbox_clock(settings).parent
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _same_company(settings: Settings) -> None:
    meta = read_meta(settings)
    wanted = _whose(settings)
    found = {key: meta.get(key, value) for key, value in wanted.items()}
    if found != wanted:
        raise SettingsError(
            f"This home holds a sandbox company of {found}, but the settings ask for {wanted}. "
            "Set PLUMBLINE_SANDBOX_SEED and PLUMBLINE_SANDBOX_SCALE as before, or take another PLUMBLINE_HOME."
        )


def _whose(settings: Settings) -> dict[str, str]:
    return {"seed": str(settings.sandbox_seed), "scale": settings.sandbox_scale}


def _live_until(settings: Settings, until: datetime) -> datetime:
    instant = int(until.timestamp())
    collects = gc.isenabled()
    gc.disable()  # a million small objects, no garbage to speak of: collecting takes a third of the time
    try:
        company = simulate(settings.sandbox_seed, settings.sandbox_scale, instant)
        now = datetime.fromtimestamp(instant, UTC)
        company.files["claims"] = claim_rows(company, now, now.astimezone(settings.timezone).date())
        write_store(settings, company.book, until=str(instant), **_whose(settings))
        write_files(settings.files, company.files)
        write_ledger(settings, company)
    finally:
        if collects:
            gc.enable()
    _replace(sandbox_clock(settings), datetime.fromtimestamp(instant, UTC).isoformat() + "\n")
    return datetime.fromtimestamp(instant, UTC)


def write_files(folder: Path, files: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """The CSV files, each put in its place at one stroke and only if it changed."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in COLUMNS.items():
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _plain(row[key]) for key in columns} for row in files[name])
        path = folder / f"{name}.csv"
        if not path.exists() or path.read_text(encoding="utf-8") != text.getvalue():
            _replace(path, text.getvalue())


def _plain(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else value


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(path.name + ".new")
    with fresh.open("w", encoding="utf-8", newline="") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(fresh, path)
