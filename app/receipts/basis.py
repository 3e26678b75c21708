"""Which build the rows are of that readers see, and which data went into it: asked of the schema `portal`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, text

from app.receipts.form import plain
from app.settings import ROOT

MODELS = ROOT / "models"
BUILD = text(
    """
    select b.run_id, b.started_at, b.ended_at, b.as_of, l.live_id, l.started_at as live_at
    from (select * from portal.build_run where result = 'ok' order by started_at desc limit 1) as b
    left join lateral (
        select live_id, started_at from portal.live_build
        where result = 'ok' and started_at > b.started_at order by started_at desc limit 1
    ) as l on true
    """
)
LOADS = text(
    """
    select distinct on (source) source, run_id, ended_at, as_of, row_count
    from portal.load_run
    where stream = '' and result = 'ok' and ended_at <= :built order by source, ended_at desc
    """
)
NEWEST = text(
    "select source, max(newest_event_at) as newest from portal.stream_state "
    "group by source having max(seen_at) <= :built and max(newest_event_at) is not null"
)


@dataclass(frozen=True)
class Basis:
    """A build and its data.

    Attributes:
        build: as `Receipt.build`, in terms of JSON.
        sources: as `Receipt.sources`, of all sources, in terms of JSON.
    """

    build: Mapping[str, Any]
    sources: Mapping[str, Any]


def read_build(connection: Connection) -> Mapping[str, Any] | None:
    """The newest good build, with the newest part that was built since; None before the first.

    It is written in the transaction that exchanges rows, so two equal answers have no exchange between them.
    """
    found = connection.execute(BUILD).mappings().one_or_none()
    return None if found is None else {name: plain(value) for name, value in found.items() if value is not None}


def read_basis(connection: Connection, build: Mapping[str, Any]) -> Basis:
    """The build with the data that was there when it began: what loaded later is not in it."""
    built = {"built": build["started_at"]}
    newest = {row.source: plain(row.newest) for row in connection.execute(NEWEST, built)}
    sources = {
        source_named(row["source"]): {name: plain(value) for name, value in row.items() if name != "source"}
        | ({"newest_event_at": newest[row["source"]]} if row["source"] in newest else {})
        for row in connection.execute(LOADS, built).mappings()
    }
    return Basis(build, sources)


def source_named(recorded: str) -> str:
    """The source as figures name it: the record of loads may say `tap-stripe`."""
    return recorded.removeprefix("tap-").replace("-", "_")


@lru_cache(maxsize=1)
def models_digest() -> str:
    """SHA-256 over all SQL of the models as they are installed, read once per process."""
    digest = hashlib.sha256()
    for file in sorted(MODELS.rglob("*.sql")):
        digest.update(f"{file.relative_to(MODELS)}\0".encode() + file.read_bytes() + b"\0")
    return digest.hexdigest()
