"""Approving a rehearsed change: by the owner of every figure it changes, and by who certifies it; then it counts.

Roles of the portal say who may: the owner is a department, whose role the person holds; figures are certified by the
chief officers, who hold the role `executive`. Nobody is both for one change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection

from app.access import Viewer
from app.audited import Request, write_audit
from app.clock import wall
from app.connections import Connections
from app.errors import NotPermitted, UsageError
from app.people import People
from app.secrets import PORTAL
from app.settings import Settings
from pipelines.definitions import stored
from pipelines.definitions.certified import FILE, Approval, Record, approved_now, findings, read_record, write_record
from pipelines.definitions.meaning import Meanings
from pipelines.definitions.rehearsal import LEAST_MONTHS
from pipelines.definitions.standing import meanings_now, read_standing
from pipelines.definitions.stored import Given, Kept

Capacity = Literal["owner", "certifier"]
CERTIFIES = "executive"
"""The role of whoever certifies: the chief officers hold it, whichever of them it is."""
LONGEST_WHY = 500


@dataclass(frozen=True)
class State:
    """How far a rehearsal is approved.

    Attributes:
        given: approvals, oldest first.
        owners_due, titles_due: the departments and the chief officers that nobody has approved for yet.
        is_written: whether models/certified.yml has it.
    """

    rehearsal_id: str
    metrics: tuple[str, ...]
    given: tuple[Given, ...]
    owners_due: tuple[str, ...]
    titles_due: tuple[str, ...]
    is_written: bool


def approve(
    settings: Settings, rehearsal_id: str, capacity: Capacity, email: str, why: str, file: Path = FILE
) -> State:
    """Gives one person's approval; with the last one that is due, models/certified.yml says what is approved.

    Raises:
        UsageError: no such rehearsal, it is stale or shows a part of the change, a version was not raised, no reason.
        NotPermitted: the person holds no role that may, or has approved in the other capacity.
    """
    if not 1 <= len(why.strip()) <= LONGEST_WHY or not why.strip().isprintable():
        raise UsageError(
            f"An approval says why, in 1 to {LONGEST_WHY} characters that can be seen, on one line. Give --why TEXT."
        )
    connections = Connections(settings)
    try:
        meanings, record = meanings_now(), read_record(file)
        with connections.open(PORTAL) as connection:
            kept = stored.find(connection, rehearsal_id)
            refuse_stale(connection, kept, meanings, record, settings)
        refuse_old_versions(kept, meanings)
        viewer = Viewer(email.strip().lower(), People(connections).roles_of(email.strip().lower()), "command line")
        try:
            with connections.open(PORTAL) as connection:
                given = stored.approvals(connection, kept.rehearsal_id)
                answers_for = may(viewer, capacity, kept, given)
                stored.put_approval(connection, kept, capacity, viewer, answers_for, why.strip())
                given = stored.approvals(connection, kept.rehearsal_id)
        except NotPermitted:
            _note_refusal(connections, viewer, kept, capacity)
            raise
        owners, titles = due(kept, given)
        if not owners and not titles:
            write_record(with_approval(record, meanings, kept, given), file)
        names = tuple(kept.fingerprints)
        return State(kept.rehearsal_id, names, given, owners, titles, not owners and not titles)
    finally:
        connections.close()


def refuse_stale(
    connection: Connection, kept: Kept, meanings: Meanings, record: Record, settings: Settings
) -> None:
    """Refuses a rehearsal that does not show what would be approved.

    New rows alone make none stale: builds come every few minutes, and nobody could ever approve.

    Raises:
        UsageError: with the reason.
    """
    again = f"Found {kept.rehearsal_id}, made {kept.made_at:%Y-%m-%d %H:%M} UTC. Rehearse again, and approve that one."
    if not kept.is_whole:
        raise UsageError(
            f"This rehearsal shows a part of the change only, or fewer than {LEAST_MONTHS} months, so that nobody "
            f"has seen the rest. {again}"
        )
    now = {name: meanings.fingerprints.get(name) for name in kept.fingerprints}
    beyond = {one.metric for one in findings(meanings, record)} - set(kept.fingerprints)
    if now != dict(kept.fingerprints) or beyond:
        other = sorted({name for name, one in now.items() if one != kept.fingerprints[name]} | beyond)
        raise UsageError(
            f"The definitions have changed since the rehearsal: {', '.join(other[:5])}. Expected those that it showed. "
            f"{again}"
        )
    standing = read_standing(connection)
    if standing.digest != kept.standing:
        raise UsageError(
            "The warehouse was built by other definitions since the rehearsal. Expected those that it was set beside. "
            f"{again}"
        )
    now_open, was_open = (
        instant.astimezone(settings.timezone).date().replace(day=1) for instant in (standing.as_of, kept.as_of)
    )
    if now_open != was_open:
        raise UsageError(f"A month has closed since the rehearsal, which nobody has seen side by side. {again}")


def refuse_old_versions(kept: Kept, meanings: Meanings) -> None:
    """A figure that changes carries a new version, so that receipts and board packs can say which one they are of.

    Raises:
        UsageError: it was not raised.
    """
    old = [
        f"{change['metric']} (version {change['version_stands']})"
        for change in kept.changes
        if change["must_raise"]
        and meanings.metrics[change["metric"]].certified.version <= int(change["version_stands"])
    ]
    if old:
        raise UsageError(
            f"A changed figure needs a new version. Found the old one at {', '.join(old[:8])}"
            f"{f' and {len(old) - 8} more' if len(old) > 8 else ''}. Expected `certified: {{version: …}}` raised in "
            "models/metrics/, with an entry in models/DECISIONS.md. Raise it; the rehearsal stays good."
        )


def may(viewer: Viewer, capacity: Capacity, kept: Kept, given: Sequence[Given]) -> tuple[str, ...]:
    """What somebody may approve for: departments as owner, titles as certifier.

    Raises:
        NotPermitted: nothing, or they have approved in the other capacity.
    """
    if any(one.email == viewer.email and one.capacity != capacity for one in given):
        raise NotPermitted(
            f"{viewer.email} has approved {kept.rehearsal_id} in the other capacity. Expected two people: one who owns "
            f"the figure and one who certifies it. Ask somebody else to approve as {capacity}."
        )
    owners, titles = answering(kept)
    found = tuple(role for role in owners if role in viewer.roles) if capacity == "owner" else titles
    if capacity == "certifier" and CERTIFIES not in viewer.roles:
        found = ()
    if not found:
        needed = ", ".join(owners) if capacity == "owner" else CERTIFIES
        raise NotPermitted(
            f"{viewer.email} may not approve {kept.rehearsal_id} as {capacity}. Found the roles "
            f"{', '.join(viewer.roles) or 'none'}; expected one of: {needed}. `plumbline person list` says "
            "who holds it."
        )
    return found


def answering(kept: Kept) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The departments that own, and the titles that certify what changes, now or then, each once."""
    owners, titles = (
        tuple(sorted({change[name] for change in kept.changes for name in (who, f"{who}_stands") if name in change}))
        for who in ("owner", "certifier")
    )
    return owners, titles


def due(kept: Kept, given: Sequence[Given]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The departments and titles that nobody has approved for yet."""
    told = {(one.capacity, name) for one in given for name in one.answers_for}
    owners, titles = answering(kept)
    return (
        tuple(name for name in owners if ("owner", name) not in told),
        tuple(name for name in titles if ("certifier", name) not in told),
    )


def with_approval(record: Record, meanings: Meanings, kept: Kept, given: Sequence[Given]) -> Record:
    """The record with all that the rehearsal changes, under its id."""
    metrics = {name: one for name, one in record.metrics.items() if name in meanings.metrics}
    metrics |= {name: approved_now(meanings, name, kept.rehearsal_id) for name in kept.fingerprints
                if name in meanings.metrics}  # fmt: skip
    why = "; ".join(dict.fromkeys(one.why for one in given))
    approval = Approval(on=wall().date(), why=why, owners=_by(given, "owner"), certifiers=_by(given, "certifier"))
    used = {one.approval for one in metrics.values()}
    approvals = {name: one for name, one in record.approvals.items() if name in used}
    return Record(approvals={**approvals, kept.rehearsal_id: approval}, metrics=metrics, parts=meanings.parts)


def _by(given: Sequence[Given], capacity: str) -> Mapping[str, str]:
    return {name: one.email for one in given if one.capacity == capacity for name in one.answers_for}


def _note_refusal(connections: Connections, viewer: Viewer, kept: Kept, capacity: str) -> None:
    said: dict[str, Any] = {"rehearsal": kept.rehearsal_id, "as": capacity}
    with connections.open(PORTAL) as connection:
        write_audit(connection, viewer, Request("approve definitions", (), None, said), outcome="refused")


