"""Questions that people hand to people, what a question took before, and who has taken the tour."""

from __future__ import annotations

from alembic import op

revision = "0022"
down_revision = "0021"

LEDGER = """
create table portal.asked_question (
    question_id uuid primary key,
    asked_by text not null,
    asked_roles text[] not null,
    asked_at timestamptz not null,
    words text not null,
    to_role text not null check (to_role in ('analyst', 'engineer')),
    answered_by text,
    answered_role text check (answered_role in ('analyst', 'engineer')),
    answered_at timestamptz,
    answer text,
    link text,
    minutes integer check (minutes between 1 and 2400),
    check ((answered_at is null) = (answered_by is null)),
    check ((answered_at is null) = (answered_role is null)),
    check ((answered_at is null) = (minutes is null)),
    check (answered_at >= asked_at)
);
create index asked_question_by on portal.asked_question (lower(asked_by), asked_at);
create table portal.measure_baseline (
    baseline_id bigserial primary key,
    measure text not null check (measure in ('R1')),
    hours numeric not null check (hours > 0),
    said_by text not null,
    said_on date not null,
    entered_by text not null,
    entered_at timestamptz not null
);
create table portal.tour_taken (
    email text not null,
    role text not null,
    taken_at timestamptz not null,
    primary key (email, role)
);
create index audit_question on portal.audit (at) where action in (
    'search questions', 'open answer', 'open report', 'begin report', 'save report', 'ask metric', 'sql', 'drill'
);
"""
"""The index is what the ledger reads the audit by (app/ledger/steps.py), which is mostly of other things."""


def upgrade() -> None:
    op.execute(LEDGER)
