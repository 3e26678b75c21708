"""Since when the rows of a file's version are in force: each load after it says again that it was loaded."""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015_health"


def upgrade() -> None:
    op.execute("alter table portal.file_version add column in_force_since timestamptz")
    op.execute("update portal.file_version set in_force_since = placed_at where loaded_at is not null")
