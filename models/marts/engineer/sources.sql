-- One row per source.
with runs as (
    select * from {{ ref("stg_portal__load_runs") }}
    where stream = ''
),

latest as (
    select distinct on (source) source, started_at, result, error, log
    from runs
    order by source, started_at desc
),

loaded as (
    select distinct on (source) source, ended_at, row_count, seconds
    from runs
    where result = 'ok'
    order by source, started_at desc
),

counted as (
    select source, count(*) as loads_count, count(*) filter (where result = 'failed') as failed_loads_count
    from runs
    group by source
),

streams as (
    select
        source,
        count(*) filter (where schema_version > 0) as streams_count,
        count(*) filter (where quarantined_at is not null) as set_aside_count,
        max(newest_event_at) as newest_event_at
    from {{ ref("stg_portal__stream_states") }}
    group by source
),

drifts as (
    select source, count(*) as open_drifts_count from {{ ref("stg_portal__drifts") }}
    where resolved_at is null
    group by source
),

known as (
    select source, label, cadence_minutes, is_configured from {{ ref("stg_portal__sources") }}
    union
    select latest.source, latest.source, 60, false from latest
    where latest.source not in (select source from {{ ref("stg_portal__sources") }})
),

joined as (
    select
        known.source,
        known.label,
        known.cadence_minutes,
        known.is_configured,
        pauses.paused_by,
        pauses.paused_at,
        pauses.reason as pause_reason,
        backfills.started_at as full_load_started_at,
        latest.started_at as last_run_at,
        latest.result as last_result,
        latest.error as last_error,
        latest.log as last_log,
        loaded.ended_at as last_loaded_at,
        loaded.row_count as last_row_count,
        loaded.seconds as last_seconds,
        loaded.ended_at + known.cadence_minutes * interval '1 minute' as expected_by,
        streams.newest_event_at,
        coalesce(counted.loads_count, 0) as loads_count,
        coalesce(counted.failed_loads_count, 0) as failed_loads_count,
        coalesce(streams.streams_count, 0) as streams_count,
        coalesce(streams.set_aside_count, 0) as set_aside_count,
        coalesce(drifts.open_drifts_count, 0) as open_drifts_count
    from known
    left join latest on known.source = latest.source
    left join loaded on known.source = loaded.source
    left join counted on known.source = counted.source
    left join streams on known.source = streams.source
    left join drifts on known.source = drifts.source
    left join {{ ref("stg_portal__source_pauses") }} as pauses on known.source = pauses.source
    left join {{ ref("stg_portal__backfills") }} as backfills
        on known.source = backfills.source and backfills.ended_at is null
),

final as (
    select
        *,
        case
            when paused_at is not null then 'paused'
            when last_result = 'running' then 'loading'
            when not is_configured and last_run_at is null then 'not connected'
            when last_result = 'failed' then 'failed'
            when last_loaded_at is null then 'never loaded'
            -- Half a turn of patience, and never less than ten minutes: one late load is no incident.
            when now() > expected_by + greatest(cadence_minutes * interval '30 seconds', interval '10 minutes') then 'late'
            when set_aside_count > 0 then 'in part'
            else 'fresh'
        end as state
    from joined
)

select * from final
