"""Board packs as rows: written once at one stroke, never changed; only how they compare is written anew."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from app.board.figures import Figure
from app.receipts.desk import Verdict
from app.receipts.form import canonical
from app.receipts.words import verdict_as_json

PACKS = text(
    "select pack_id, name, month, note, made_by, made_at, as_of, fingerprint from portal.board_pack "
    "order by made_at desc, name"
)
FIGURES = text(
    "select position, metric, by, receipt_id from portal.board_figure where pack_id = :pack_id order by position"
)
COMPARED = text(
    "select position, compared_at, state, holds, altered, changes, causes from portal.board_comparison "
    "where pack_id = :pack_id"
)
BUILT = text(
    "select max(ended_at) from (select ended_at from portal.build_run where result = 'ok' union all "
    "select ended_at from portal.live_build where result = 'ok') as builds"
)
SEALS = text("select receipt_id, seal from portal.receipt where receipt_id = any(:receipts)")
PUT_PACK = text(
    "insert into portal.board_pack (pack_id, name, month, note, made_by, made_at, as_of, fingerprint) values "
    "(:pack_id, :name, :month, :note, :made_by, :made_at, :as_of, :fingerprint) on conflict do nothing"
)
PUT_FIGURE = text(
    "insert into portal.board_figure (pack_id, position, metric, by, receipt_id) values "
    "(:pack_id, :position, :metric, :by, :receipt_id)"
)
PUT_COMPARED = text(
    """
    insert into portal.board_comparison (pack_id, position, compared_at, state, holds, altered, changes, causes)
    values (:pack_id, :position, :compared_at, :state, :holds, cast(:altered as jsonb), cast(:changes as jsonb),
        cast(:causes as jsonb))
    on conflict (pack_id, position) do update set compared_at = excluded.compared_at, state = excluded.state,
        holds = excluded.holds, altered = excluded.altered, changes = excluded.changes, causes = excluded.causes
    """
)


@dataclass(frozen=True)
class Pack:
    """A pack: its name, the month it speaks of, who froze it when and as of which instant, and its fingerprint."""

    pack_id: UUID
    name: str
    month: date
    note: str
    made_by: str
    made_at: datetime
    as_of: datetime
    fingerprint: str


@dataclass(frozen=True)
class Frozen:
    """A figure of a pack: its place in it, what it is, and the receipt that proves it."""

    position: int
    figure: Figure
    receipt_id: str


@dataclass(frozen=True)
class Compared:
    """How a figure compared when it was asked again; `changes` and `causes` as `plumbline receipt --check` has them."""

    position: int
    compared_at: datetime
    state: str
    holds: bool
    altered: Sequence[str]
    changes: Sequence[dict[str, Any]]
    causes: Sequence[dict[str, Any]]


def packs(connection: Connection) -> tuple[Pack, ...]:
    """All there are, newest first."""
    return tuple(Pack(*row) for row in connection.execute(PACKS))


def figures(connection: Connection, pack: Pack) -> tuple[Frozen, ...]:
    rows = connection.execute(FIGURES, {"pack_id": pack.pack_id})
    return tuple(Frozen(row.position, Figure(row.metric, tuple(row.by)), row.receipt_id) for row in rows)


def comparisons(connection: Connection, pack: Pack) -> dict[int, Compared]:
    """By the figure's position; those that were never compared are not there."""
    rows = connection.execute(COMPARED, {"pack_id": pack.pack_id})
    return {row.position: Compared(*row) for row in rows}


def built_at(connection: Connection) -> datetime | None:
    """When the figures were last worked out anew, all or a part of them; None before the first build."""
    found: datetime | None = connection.execute(BUILT).scalar_one()
    return found


def seals(connection: Connection, receipts: Sequence[str]) -> dict[str, str]:
    """The seal of each receipt that is there."""
    found = connection.execute(SEALS, {"receipts": list(receipts)})
    return {row.receipt_id: row.seal for row in found}


def put(connection: Connection, pack: Pack, frozen: Sequence[Frozen]) -> bool:
    """Writes a pack with its figures; whether its name was still free."""
    values = {name: getattr(pack, name) for name in Pack.__dataclass_fields__}
    if not connection.execute(PUT_PACK, values).rowcount:
        return False
    connection.execute(PUT_FIGURE, [
        {"pack_id": pack.pack_id, "position": one.position, "metric": one.figure.metric, "by": list(one.figure.by),
         "receipt_id": one.receipt_id} for one in frozen
    ])  # fmt: skip
    return True


def put_comparison(connection: Connection, pack: Pack, position: int, verdict: Verdict, now: datetime) -> None:
    """Writes how a figure compares now, in place of the time before."""
    said = verdict_as_json(verdict)
    connection.execute(PUT_COMPARED, {
        "pack_id": pack.pack_id, "position": position, "compared_at": now, "state": verdict.state,
        "holds": verdict.holds, **{name: canonical(said[name]) for name in ("altered", "changes", "causes")},
    })  # fmt: skip
