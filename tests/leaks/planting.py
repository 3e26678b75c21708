"""A warehouse in which every mart says whose it is: words and amounts that betray themselves wherever they turn up.

Each mart has a word of its own (`ZQ07X`) in every text, and a prime of seven digits of which every amount in it is a
multiple: so a sum, a difference or twelve times of it still shows where it came from.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import Connection, text

from app.access import login_of
from app.drill.files import records_catalogue
from app.metrics import catalogue
from tests.house.marts import marts
from tests.house.tree import read

MONTHS, RUNNING = 14, "2026-11-01"
SMALL = {"age", "step", "lag_months", "horizon_days", "schema_version", "cadence_minutes", "observed_months"}
NUMBERS = {
    "score", "base_score", "score_points", "points", "probability", "confidence", "value", "expected_value", "y",
    "yhat",     "lo", "hi", "lo50", "hi50", "lo80", "hi80", "target", "amount", "adoption", "mase_model", "mase_naive",
    "claimed_value", "certified_value", "reported_value", "recomputed_value", "difference", "seconds", "row_count",
    "last_row_count", "last_seconds", "overdue_days", "most_overdue_days", "runway_months",
}  # fmt: skip
ENDS = ("_count", "_usd", "_ratio", "_minor", "_local")
FITTING: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "mart_executive.alerts": {"severity": ("act", "held"), "kind": ("anomaly", "target_missed")},
    "mart_executive.anomalies": {"unique_id": ("mrr_usd",)},
    "mart_executive.forecast": {"unique_id": ("mrr_usd", "cash_usd")},
    "mart_executive.kpi_daily": {"unique_id": ("mrr_usd",)},
    "mart_executive.targets_monthly": {"metric": ("arr", "win_rate")},
    "mart_executive.claims_compared": {"department": ("sales", "finance"), "metric": ("arr",), "unit": ("usd",),
                                       "system": ("stripe",)},
    "mart_executive.claims_steps": {"department": ("sales", "finance"), "metric": ("arr",), "unit": ("usd",)},
    "mart_executive.claims_bridge": {"department": ("sales", "finance"), "metric": ("arr",), "unit": ("usd",),
                                     "system": ("stripe",)},
}
"""Columns whose values a page must know; all other texts are words of the mart."""


ONCE = ("mart_executive.claims_compared",)
"""Marts of one row for each of their kinds, without a time."""


@dataclass(frozen=True)
class Planted:
    """A mart as it is planted: the roles whose logins may read it, its word, and the prime of its amounts."""

    dataset: str
    roles: frozenset[str]
    word: str
    prime: int
    types: Mapping[str, str]


def is_prime(number: int) -> bool:
    return all(number % each for each in range(2, int(number**0.5) + 1))


def primes() -> Iterable[int]:
    """Of seven digits, far from each other, so that the product of one with a small number is no other's."""
    for start in range(3_100_000, 9_900_000, 61_001):
        yield next(number for number in range(start, start + 1000) if is_prime(number))


@cache
def planted() -> Mapping[str, Planted]:
    """Every mart that models/ has, by its dataset."""
    found = {}
    for at, ((dataset, mart), prime) in enumerate(zip(sorted(marts().items()), primes(), strict=False)):
        types = {name: type_of(dataset, name) for name in sorted(mart.columns)}
        found[dataset] = Planted(dataset, mart.roles, f"ZQ{at:02d}X", prime, types)
    assert len(found) == len(marts()), "more marts than primes: let them lie closer"
    return found


@cache
def contract(dataset: str) -> Mapping[str, str | None]:
    columns = YAML(typ="safe").load(read(f"checks/{dataset.replace('.', '/')}.yml"))["columns"]
    return {each["name"]: each.get("data_type") for each in columns}


@cache
def measured() -> frozenset[tuple[str, str]]:
    """The columns that some metric or record adds up."""
    found = set()
    for metric in catalogue().values():
        if metric.mart and metric.kind != "distinct":
            found |= {(metric.mart, name) for name in (metric.column, metric.base_column, metric.kept_column) if name}
    for records in records_catalogue().records.values():
        found |= {(records.mart, name) for how in records.metrics.values() for name in (how.sum, how.count) if name}
    return frozenset(found)


def type_of(dataset: str, column: str) -> str:
    """The column's type, as its contract or else its name says it."""
    said = contract(dataset).get(column)
    if said:
        return said
    if column in SMALL:
        return "integer"
    if (dataset, column) in measured() or column in NUMBERS or column.endswith(ENDS):
        return "numeric"
    ends = {"_at": "timestamptz", "_date": "date", "_day": "date"}
    if column.startswith(("is_", "has_")):
        return "boolean"
    if column in ("detail", "reasons"):
        return "jsonb"
    return next((kind for end, kind in ends.items() if column.endswith(end)), "text")


@cache
def kinds_of(dataset: str) -> tuple[Mapping[str, Any], ...]:
    """The values that rows must have to be counted by one of the metrics, each combination once."""
    asked: list[dict[str, Any]] = []
    for metric in catalogue().values():
        if metric.mart == dataset:
            asked.append(dict(metric.only) | ({metric.cut_column: "whole"} if metric.cut_column else {}))
    for records in records_catalogue().records.values():
        if records.mart == dataset:
            asked += [dict(how.where) | dict(catalogue()[name].only) for name, how in records.metrics.items()]
    for name, values in FITTING.get(dataset, {}).items():
        asked = [each | {name: value} for each in (asked or [{}]) for value in values]
    unique = {repr(sorted(each.items())): each for each in asked if each}
    return tuple(unique.values()) or ({}, {"": 2})


def plant(connection: Connection, one: Planted) -> None:
    """Makes the mart with its rows, and grants it to whom its .yml names."""
    schema = one.dataset.partition(".")[0]
    columns = ", ".join(f'"{name}" {kind}' for name, kind in one.types.items())
    connection.exec_driver_sql(f"create schema if not exists {schema}; drop view if exists {one.dataset} cascade; "
                               f"create table {one.dataset} ({columns})")  # fmt: skip
    last = 0 if one.dataset in ONCE else MONTHS - 1
    for at, fixed in enumerate(kinds_of(one.dataset), 1):
        values = ", ".join(value_of(one, name, kind, fixed, at) for name, kind in one.types.items())
        connection.execute(text(f"insert into {one.dataset} select {values} from generate_series(0, {last}) i"))
    for role in sorted(one.roles):
        connection.exec_driver_sql(f"grant usage on schema {schema} to {login_of(role)}; "
                                   f"grant select on {one.dataset} to {login_of(role)}")  # fmt: skip


def value_of(one: Planted, name: str, kind: str, fixed: Mapping[str, Any], at: int) -> str:
    """The value of a column as SQL over `i`, the months back from the running one; `at` tells apart what is alike."""
    if name in fixed:
        return literal(fixed[name], kind)
    if name in SMALL:
        return "i"
    word = f"{one.word} {name} {at}"
    plain = {
        "date": f"(date '{RUNNING}' - make_interval(months => i))::date",
        "timestamptz": "timestamptz '2026-11-20 08:00+00'",
        "timestamp with time zone": "timestamptz '2026-11-20 08:00Z'",
        "boolean": "i > 0" if name == "is_complete" else "true", "jsonb": f"jsonb_build_object('found', '{word}')",
        "text": f"'{word}'" + (" || '-' || i" if name.endswith("_id") or name == "unique_id" else ""),
    }  # fmt: skip
    return plain.get(kind) or f"({one.prime}::numeric * ({at} + i))"


def literal(value: Any, kind: str) -> str:
    said = str(value).lower() if isinstance(value, bool) else str(value)
    return f"'{said}'::{kind}"


def shake(connection: Connection, datasets: Iterable[str], factor: str) -> None:
    """Multiplies every amount of these marts, so that whatever is made of one becomes another number."""
    for dataset in datasets:
        numbers = [name for name, kind in planted()[dataset].types.items()
                   if kind in ("numeric", "bigint", "double precision") and name not in SMALL]  # fmt: skip
        if numbers:
            changed = ", ".join(f'"{name}" = "{name}" * {factor}' for name in numbers)
            connection.exec_driver_sql(f"update {dataset} set {changed}")


WORD = re.compile(r"ZQ\d\dX|ZP[a-z]+\d?X")
NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+(?:\.\d+)?(?![\w])"
                    r"|(?<![\w.-])\d{7,15}(?:\.\d+)?(?!\w)")  # fmt: skip


def words_in(said: str) -> frozenset[str]:
    """The planted words in a text."""
    return frozenset(WORD.findall(said))


def amounts_in(said: str) -> frozenset[str]:
    """The words of the marts whose amounts, or sums of them, stand in a text."""
    numbers = set()
    for each in NUMBER.findall(said):
        whole = float(re.sub(r"[^\d.]", "", each))
        if 3_000_000 <= whole < 10**11 and whole == int(whole):
            numbers.add(int(whole))
    return frozenset(one.word for one in planted().values() for number in numbers
                     if number % one.prime == 0 and number // one.prime < 20_000)  # fmt: skip
