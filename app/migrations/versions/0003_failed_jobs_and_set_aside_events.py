"""Alerts about our own machinery; webhook events that are kept, but not read."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

KINDS = """
alter table portal.alert drop constraint alert_kind_check;
alter table portal.alert add constraint alert_kind_check check (kind in (
    'anomaly', 'target_missed', 'stale_source', 'broken_promise', 'job_failed', 'job_overdue', 'event_quarantined',
    'finding_failed'));
"""
SET_ASIDE = """
alter table raw_stripe_webhook.event
    add column state text not null default 'read' check (state in ('read', 'ignored', 'quarantined')),
    add column reason text;
create index event_quarantined on raw_stripe_webhook.event (received_at) where state = 'quarantined';
"""


def upgrade() -> None:
    for change in (KINDS, SET_ASIDE):
        op.execute(change)
