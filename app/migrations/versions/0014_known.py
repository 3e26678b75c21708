"""What was known when: which builds are remembered, since when each mart is, and by which definitions they spoke.

The rows themselves are in the schema `history`, whose tables follow the columns of the marts (pipelines/remember.py).
"""

from __future__ import annotations

from alembic import op

revision = "0014"
down_revision = "0013"

KNOWN = """
create table portal.known_build (
    recorded_at timestamptz primary key,
    known_at timestamptz not null,
    as_of timestamptz not null,
    run_id uuid not null,
    live_id uuid
);
create index known_build_known on portal.known_build (known_at desc, recorded_at desc);
create table portal.known_mart (
    dataset text primary key,
    recorded_from timestamptz not null,
    recorded_to timestamptz
);
create table portal.known_definition (
    metric text not null,
    recorded_from timestamptz not null,
    recorded_to timestamptz,
    version integer not null,
    definition jsonb not null,
    models text not null,
    primary key (metric, recorded_from)
);
create index known_definition_open on portal.known_definition (metric) where recorded_to is null;
"""


def upgrade() -> None:
    op.execute(KNOWN)
