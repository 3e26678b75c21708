"""Rehearsals and their approvals as rows: written once, never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, text

from app.access import OPERATOR, Viewer
from app.audited import Request, write_audit
from app.clock import wall
from app.errors import UsageError
from pipelines.definitions.rehearsal import Change, Rehearsal
from pipelines.definitions.side_by_side import Cut, Moved, Row

PUT = text("""
    insert into portal.rehearsal (rehearsal_id, made_by, made_at, as_of, run_id, standing, is_whole, fingerprints,
        result)
    values (:rehearsal_id, :made_by, :made_at, :as_of, :run_id, :standing, :is_whole, cast(:fingerprints as jsonb),
        cast(:result as jsonb))
""")
FIND = text("""
    select rehearsal_id, made_at, as_of, standing, is_whole, fingerprints, result from portal.rehearsal
    where replace(rehearsal_id, '-', '') = :signs
""")
PUT_APPROVAL = text("""
    insert into portal.rehearsal_approval (rehearsal_id, capacity, email, answers_for, why, given_at)
    values (:rehearsal_id, :capacity, :email, :answers_for, :why, :given_at)
    on conflict (rehearsal_id, capacity, email) do nothing
""")
APPROVALS = text("""
    select capacity, email, answers_for, why, given_at from portal.rehearsal_approval
    where rehearsal_id = :rehearsal_id order by given_at, email
""")


@dataclass(frozen=True)
class Kept:
    """A stored rehearsal, as far as approving it needs."""

    rehearsal_id: str
    made_at: datetime
    as_of: datetime
    standing: str
    is_whole: bool
    fingerprints: Mapping[str, str | None]
    changes: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Given:
    """An approval: as owner or certifier, for which departments or titles."""

    capacity: str
    email: str
    answers_for: tuple[str, ...]
    why: str
    given_at: datetime


def put(connection: Connection, rehearsal: Rehearsal) -> None:
    """Stores a rehearsal, with its row in the audit."""
    payload = as_payload(rehearsal)
    connection.execute(PUT, {
        "rehearsal_id": rehearsal.rehearsal_id, "made_by": OPERATOR.email, "made_at": rehearsal.made_at,
        "as_of": rehearsal.as_of, "run_id": rehearsal.run_id, "standing": rehearsal.standing,
        "is_whole": rehearsal.is_whole, "fingerprints": json.dumps(rehearsal.fingerprints),
        "result": json.dumps(payload, default=str),
    })  # fmt: skip
    said = {"rehearsal": rehearsal.rehearsal_id, "metrics": sorted(rehearsal.fingerprints),
            "models": list(rehearsal.models)}  # fmt: skip
    write_audit(connection, OPERATOR, Request("rehearse definitions", (), None, said))


def find(connection: Connection, rehearsal_id: str) -> Kept:
    """The rehearsal of that id; hyphens and capitals do not matter.

    Raises:
        UsageError: there is none.
    """
    signs = rehearsal_id.strip().upper().replace("-", "")
    row = connection.execute(FIND, {"signs": signs}).one_or_none()
    if row is None:
        raise UsageError(
            f"No rehearsal is called {rehearsal_id!r}. Expected the id that `plumbline rehearse` ended with, in this "
            "home. Rehearse the change again."
        )
    return Kept(row.rehearsal_id, row.made_at, row.as_of, row.standing, row.is_whole, row.fingerprints,
                row.result["changes"])  # fmt: skip


def approvals(connection: Connection, rehearsal_id: str) -> tuple[Given, ...]:
    """Those given so far, oldest first."""
    rows = connection.execute(APPROVALS, {"rehearsal_id": rehearsal_id})
    return tuple(Given(row.capacity, row.email, tuple(row.answers_for), row.why, row.given_at) for row in rows)


def put_approval(
    connection: Connection, kept: Kept, capacity: str, viewer: Viewer, answers_for: Sequence[str], why: str
) -> None:
    """Notes an approval, with its row in the audit; the same one a second time changes nothing."""
    row = {"rehearsal_id": kept.rehearsal_id, "capacity": capacity, "email": viewer.email,
           "answers_for": list(answers_for), "why": why, "given_at": wall()}  # fmt: skip
    if connection.execute(PUT_APPROVAL, row).rowcount:
        said = {"rehearsal": kept.rehearsal_id, "as": capacity, "for": list(answers_for), "why": why}
        write_audit(connection, viewer, Request("approve definitions", (), None, said))


def as_payload(rehearsal: Rehearsal) -> dict[str, Any]:
    """As `plumbline rehearse --json` has it; exact numbers are Decimals."""
    reach = vars(rehearsal.reach) | {"targets": [vars(one) for one in rehearsal.reach.targets]}
    return {
        "rehearsal": rehearsal.rehearsal_id, "made_at": rehearsal.made_at, "as_of": rehearsal.as_of,
        "since": rehearsal.span[0], "until": rehearsal.span[1], "is_whole": rehearsal.is_whole,
        "models": list(rehearsal.models), "rows_came": rehearsal.rows_came,
        "changes": [_change(one) for one in rehearsal.changes], "reach": reach,
    }  # fmt: skip


def _change(change: Change) -> dict[str, Any]:
    fields = {name: value for name, value in vars(change).items() if name != "figures"}
    figures = change.figures
    return fields | {
        "differs": figures.differs, "rows": [_row(row) for row in figures.rows],
        "sums": _row(figures.sums) if figures.sums else None, "cuts": [_cut(cut) for cut in figures.cuts],
    }  # fmt: skip


def _row(row: Row) -> dict[str, date | tuple[str | None, ...] | Decimal | None]:
    return {"period": row.period, "of": row.of, "stands": row.stands, "would_be": row.would_be,
            "difference": row.difference}  # fmt: skip


def _cut(cut: Cut) -> dict[str, Any]:
    return {"dimension": cut.dimension, "adds_up": cut.adds_up, "moved": [_moved(one) for one in cut.moved]}


def _moved(moved: Moved) -> dict[str, Any]:
    return {"value": moved.value, "periods": moved.periods, "difference": moved.difference,
            "most": _row(moved.most), "newest": _row(moved.newest)}  # fmt: skip
