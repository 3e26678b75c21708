"""Which events have come since a build is asked with each part."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.execute("create index event_received on raw_stripe_webhook.event (received_at)")
