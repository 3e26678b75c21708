"""Health scores: what was said of each customer at a close, by which model, and how it did. Never overwritten."""

from __future__ import annotations

from alembic import op

revision = "0015_health"
down_revision = "0014"

HEALTH = """
create table workshop.health_run (
    health_run_id uuid primary key,
    made_at timestamptz not null,
    as_of timestamptz not null,
    month date not null,
    is_complete boolean not null,
    model text not null,
    model_version text not null,
    reason text not null,
    learnt_rows integer not null,
    learnt_leavers integer not null,
    learnt_since date,
    learnt_until date,
    trial_closes_count integer not null,
    trial_since date,
    trial_until date,
    trial_rows integer,
    trial_leavers integer,
    auc double precision,
    auc_low double precision,
    brier double precision,
    brier_base double precision,
    lift double precision,
    intercept double precision,
    base_score numeric(6, 2)
);
create index health_run_month on workshop.health_run (month, made_at desc);
create table workshop.health_bin (
    health_run_id uuid not null references workshop.health_run on delete cascade,
    bin integer not null,
    customers_count integer not null,
    expected_ratio double precision not null,
    seen_ratio double precision not null,
    primary key (health_run_id, bin)
);
create table workshop.health_input (
    health_run_id uuid not null references workshop.health_run on delete cascade,
    input text not null,
    label text not null,
    sense integer not null,
    is_log boolean not null,
    cap double precision,
    center double precision not null,
    spread double precision not null,
    coefficient double precision not null,
    weight double precision not null,
    left_out text not null,
    primary key (health_run_id, input)
);
create table workshop.health_score (
    health_run_id uuid not null references workshop.health_run on delete cascade,
    customer_id text not null,
    probability double precision not null,
    score numeric(5, 2) not null check (score between 0 and 100),
    band text not null,
    confidence numeric(5, 4) not null,
    points jsonb not null,
    reasons text not null,
    primary key (health_run_id, customer_id)
);
"""


def upgrade() -> None:
    op.execute(HEALTH)
