"""People and their sessions, the audit, the record of runs, checks, alerts and mails, forecasts and anomalies.

Times are instants in UTC: `as_of` is business time, every other one wall time.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

PEOPLE = """
create table portal.person (
    email text primary key check (email = lower(email)),
    name text not null,
    is_active boolean not null default true,
    created_at timestamptz not null default now()
);
create table portal.person_role (
    email text not null references portal.person on delete cascade,
    role text not null check (role in ('executive', 'finance', 'sales', 'product', 'marketing', 'customer_success',
                                       'analyst', 'engineer')),
    granted_by text not null,
    granted_at timestamptz not null default now(),
    primary key (email, role)
);
create table portal.session (
    session_id text primary key,
    email text not null,
    started_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz
);
create index session_email on portal.session (email);
create table portal.audit (
    audit_id bigserial primary key,
    at timestamptz not null default clock_timestamp(),
    email text not null,
    role text not null,
    action text not null,
    metric text,
    filters jsonb not null default '{}',
    row_count bigint,
    duration_ms double precision,
    outcome text not null,
    address text not null default ''
);
create index audit_at on portal.audit (at);
create index audit_email on portal.audit (email, at);
"""

RUNS = """
create table portal.load_run (
    run_id uuid not null,
    source text not null,
    stream text not null default '',
    started_at timestamptz not null,
    ended_at timestamptz,
    row_count bigint,
    seconds double precision,
    result text not null check (result in ('ok', 'failed', 'running')),
    error text,
    as_of timestamptz not null,
    primary key (run_id, source, stream)
);
create index load_run_source on portal.load_run (source, started_at);
create table portal.job_run (
    run_id uuid not null,
    job text not null,
    step text not null default '',
    started_at timestamptz not null,
    ended_at timestamptz,
    result text not null,
    error text,
    as_of timestamptz not null,
    detail jsonb not null default '{}',
    primary key (run_id, job, step)
);
create index job_run_job on portal.job_run (job, started_at);
create table portal.build_run (
    run_id uuid primary key,
    started_at timestamptz not null,
    ended_at timestamptz,
    as_of timestamptz not null,
    result text not null,
    models_count integer,
    error text
);
create table portal.check_result (
    run_id uuid not null,
    checked_at timestamptz not null,
    dataset text not null,
    check_name text not null,
    column_name text not null default '',
    outcome text not null check (outcome in ('kept', 'broken', 'warned', 'not_run')),
    found text,
    expected text,
    as_of timestamptz not null
);
create index check_result_run on portal.check_result (run_id);
create index check_result_dataset on portal.check_result (dataset, checked_at);
create table portal.metric_promise (
    metric text not null,
    dataset text not null,
    check_name text not null,
    primary key (metric, dataset, check_name)
);
create table portal.alert (
    alert_id uuid primary key,
    kind text not null check (kind in ('anomaly', 'target_missed', 'stale_source', 'broken_promise')),
    severity text not null check (severity in ('act', 'watch', 'held')),
    metric text,
    dimension text,
    subject_date date,
    headline text not null,
    detail jsonb not null default '{}',
    raised_at timestamptz not null,
    as_of timestamptz not null,
    mailed_at timestamptz,
    acknowledged_by text,
    acknowledged_at timestamptz,
    dedup_key text not null unique
);
create table portal.mail_log (
    mail_id uuid primary key,
    kind text not null,
    recipient text not null,
    subject text not null,
    sent_at timestamptz not null,
    result text not null,
    error text,
    message_id text
);
create table portal.apscheduler_jobs (
    id varchar(191) primary key,
    next_run_time double precision,
    job_state bytea not null
);
create index ix_apscheduler_jobs_next_run_time on portal.apscheduler_jobs (next_run_time);
"""

WORKSHOP = """
create table workshop.forecast_run (
    forecast_run_id uuid not null,
    made_at timestamptz not null,
    as_of timestamptz not null,
    unique_id text not null,
    model text not null,
    model_version text not null,
    history_start date,
    history_end date,
    horizon_days integer,
    mase_model double precision,
    mase_naive double precision,
    primary key (forecast_run_id, unique_id)
);
create table workshop.forecast_value (
    forecast_run_id uuid not null,
    unique_id text not null,
    ds date not null,
    yhat numeric,
    lo50 numeric,
    hi50 numeric,
    lo80 numeric,
    hi80 numeric,
    primary key (forecast_run_id, unique_id, ds),
    foreign key (forecast_run_id, unique_id) references workshop.forecast_run on delete cascade
);
create table workshop.anomaly (
    anomaly_id uuid primary key,
    detect_run_id uuid not null,
    made_at timestamptz not null,
    as_of timestamptz not null,
    unique_id text not null,
    ds date not null,
    value numeric,
    expected numeric,
    lo numeric,
    hi numeric,
    score double precision,
    is_anomaly boolean not null,
    model_version text not null
);
create index anomaly_series on workshop.anomaly (unique_id, ds);
"""

WEBHOOK = """
create table raw_stripe_webhook.event (
    event_id text primary key,
    type text not null,
    created timestamptz not null,
    received_at timestamptz not null default clock_timestamp(),
    payload jsonb not null,
    processed_at timestamptz
);
create index event_created on raw_stripe_webhook.event (created);
"""


def upgrade() -> None:
    for tables in (PEOPLE, RUNS, WORKSHOP, WEBHOOK):
        op.execute(tables)
