"""A mention that could not be mailed for days is given up, and says so."""

from __future__ import annotations

from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    op.execute("alter table portal.comment_mention drop constraint comment_mention_result_check")
    op.execute("alter table portal.comment_mention add constraint comment_mention_result_check "
               "check (result in ('sent', 'no_right', 'taken_back', 'given_up'))")  # fmt: skip
