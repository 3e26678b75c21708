"""Indexes for what every page asks: the newest build, check, load and job."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"

NEWEST = (
    ("portal.build_run", "started_at"),
    ("portal.check_result", "checked_at"),
    ("portal.load_run", "started_at"),
    ("portal.job_run", "started_at"),
    ("portal.mail_log", "sent_at"),
)


def upgrade() -> None:
    for relation, column in NEWEST:
        name = f"{relation.partition('.')[2]}_newest"
        op.execute(f"create index {name} on {relation} ({column})")
