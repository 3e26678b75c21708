"""Who signed which department's figure, with the figures as they were then."""

from __future__ import annotations

from alembic import op

revision = "0012_reconcile"
down_revision = "0011"

SIGNATURE = """
create table portal.claim_signature (
    signature_id uuid primary key default gen_random_uuid(),
    metric text not null,
    department text not null,
    signed_by text not null,
    name text not null check (name <> ''),
    role text not null,
    signed_at timestamptz not null,
    as_of timestamptz not null,
    claimed_value numeric not null,
    certified_value numeric not null,
    unexplained numeric not null
);
create index claim_signature_newest on portal.claim_signature (metric, department, signed_at desc);
"""


def upgrade() -> None:
    op.execute(SIGNATURE)
