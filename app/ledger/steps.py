"""What people do when they have a question: each step as the audit or a table of ours holds it, read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, RowMapping, text

Way = Literal["search", "answer", "report", "build", "kept", "metric", "sql", "records", "people"]
WAYS: dict[str, Way] = {
    "search questions": "search",
    "open answer": "answer",
    "open report": "report",
    "begin report": "build",
    "save report": "kept",
    "ask metric": "metric",
    "sql": "sql",
    "drill": "records",
}
"""Action of the audit → by which way somebody looks for an answer. The migration's index names the same actions."""
NEVER_ANSWERS = ("search questions", "begin report")
NEED_ROWS = ("sql", "drill")
"""Of these an empty result answers nothing."""
ACTIONS = ", ".join(f"'{action}'" for action in WAYS)
AUDITED = text(f"""
    select at, lower(email) as email, role, action, outcome, row_count,
        coalesce(metric, filters ->> 'question', filters ->> 'words', '') as about
    from portal.audit
    where at >= :since and at <= :now and action in ({ACTIONS})
    order by at, audit_id
""")
HANDED = text("""
    select question_id::text as question_id, lower(asked_by) as asked_by, asked_roles, asked_at, words, to_role,
        answered_role, answered_at, minutes
    from portal.asked_question
    where (asked_at >= :since or answered_at >= :since) and asked_at <= :now
    order by asked_at, question_id
""")


@dataclass(frozen=True)
class Step:
    """One act of looking for an answer.

    Attributes:
        at: wall time.
        email: whose; only to tell one person's steps from another's.
        roles: those that they had then, or the one as which it was read.
        way: how.
        about: the words searched for, the key of a question that was opened, a metric's name, the words that were
            handed to people; nothing of SQL and reports, which may hold anything.
        answers: whether they had a figure before them afterwards.
        asked_id, to_role, answered_role, answered_at, minutes: of a question handed to people; the last three None
            while nobody has answered.
    """

    at: datetime
    email: str
    roles: tuple[str, ...]
    way: Way
    about: str = ""
    answers: bool = False
    asked_id: str = ""
    to_role: str = ""
    answered_role: str | None = None
    answered_at: datetime | None = None
    minutes: int | None = None


def steps(connection: Connection, since: datetime, now: datetime) -> tuple[Step, ...]:
    """Every step from `since` up to `now`, oldest first; and each question handed to people that was asked or answered
    in that time.

    Args:
        connection: as a login that may read the audit.
        since, now: wall time.
    """
    between = {"since": since, "now": now}
    audited = [_audited(row) for row in connection.execute(AUDITED, between).mappings()]
    handed = [_handed(row, now) for row in connection.execute(HANDED, between).mappings()]
    return tuple(sorted((*audited, *handed), key=lambda step: step.at))


def _audited(row: RowMapping) -> Step:
    action = str(row["action"])
    has_rows = action not in NEED_ROWS or bool(row["row_count"])
    answers = row["outcome"] == "ok" and action not in NEVER_ANSWERS and has_rows
    roles = tuple(role for role in str(row["role"]).split(",") if role)
    way: Way = "build" if action == "save report" and not answers else WAYS[action]
    return Step(row["at"], row["email"], roles, way, str(row["about"]), answers)


def _handed(row: RowMapping, now: datetime) -> Step:
    """A question that was handed to people; what was answered later than `now` is not answered yet."""
    is_answered = row["answered_at"] is not None and row["answered_at"] <= now
    answered = (row["answered_role"], row["answered_at"], row["minutes"]) if is_answered else (None, None, None)
    return Step(row["asked_at"], row["asked_by"], tuple(row["asked_roles"]), "people", row["words"], is_answered,
                row["question_id"], row["to_role"], *answered)  # fmt: skip
