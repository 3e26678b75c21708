-- One row per month and customer that pays at its close: its health as it was said then.
{{ config(materialized="live_table", meta={"whole_build_only": true}, indexes=[{"columns": ["month", "customer_id"]}]) }}

with latest as (
    select distinct on (month) * from {{ ref("stg_workshop__health_runs") }}
    order by month, is_complete desc, made_at desc, health_run_id
),

-- Who has given notice is no longer guessed about.
said as (
    select
        inputs.*,
        latest.reason,
        latest.made_at,
        latest.model_version,
        latest.base_score,
        latest.reason = '' as is_scored,
        scores.score,
        scores.probability,
        scores.confidence,
        scores.points,
        scores.reasons,
        case when inputs.is_leaving then 'Leaving' else coalesce(scores.band, 'Not scored') end as health_band
    from {{ ref("health_input_month") }} as inputs
    inner join latest on inputs.month = latest.month
    left join {{ ref("stg_workshop__health_scores") }} as scores
        on latest.health_run_id = scores.health_run_id
        and inputs.customer_id = scores.customer_id
        and not inputs.is_leaving
),

final as (
    select
        month,
        is_complete,
        customer_id,
        customer_name,
        country,
        region,
        product,
        plan,
        owner,
        mrr_usd,
        health_band,
        score,
        base_score,
        probability,
        confidence,
        points,
        reasons,
        case
            when is_leaving then 'has given notice, and leaves at the end of what is paid'
            when not is_scored then reason
            when score is null then 'was not known when scores were made'
        end as health_note,
        1 as customers_count,
        case when is_leaving then 1 else 0 end as leaving_count,
        case when is_scored then case when score is null then 0 else 1 end end as scored_count,
        case when is_scored then case when health_band = 'Healthy' then 1 else 0 end end as healthy_count,
        case when is_scored then case when health_band = 'Watch' then 1 else 0 end end as watch_count,
        case when is_scored then case when health_band = 'At risk' then 1 else 0 end end as at_risk_count,
        case when is_scored then coalesce(score, 0) end as score_points,
        case when is_scored then case when health_band = 'At risk' then mrr_usd else 0 end end as mrr_at_risk_usd,
        case when is_scored then round(cast(coalesce(probability, 0) as numeric) * mrr_usd, 2) end as churn_expected_usd,
        model_version,
        made_at
    from said
)

select * from final
