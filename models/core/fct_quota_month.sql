-- One row per person and month for which a quota is in force: the month's share of it.
{{ config(materialized="table", meta={"reference": true}) }}

with quotas as (
    select
        quotas.rep_id,
        coalesce(reps.user_name, quotas.rep_name, 'Unknown') as rep,
        cast(date_trunc('month', cast(quotas.period_start_date as timestamp)) as date) as first_month,
        quotas.period_start_date,
        quotas.currency,
        quotas.amount,
        cast(greatest(1,
            (extract(year from quotas.period_end_date) - extract(year from quotas.period_start_date)) * 12
            + extract(month from quotas.period_end_date) - extract(month from quotas.period_start_date)
        ) as integer) as months_count
    from {{ ref("stg_files__quotas") }} as quotas
    left join {{ ref("stg_salesforce__users") }} as reps on quotas.rep_id = reps.user_id
),

shares as (
    select
        quotas.rep_id,
        quotas.rep,
        quotas.period_start_date,
        quotas.currency,
        cast(quotas.first_month + series.number * interval '1 month' as date) as month,
        round(quotas.amount * (series.number + 1) / quotas.months_count, 2)
            - round(quotas.amount * series.number / quotas.months_count, 2) as amount
    from quotas
    cross join lateral generate_series(0, quotas.months_count - 1) as series (number)
),

-- Of two that name a month, the one that began later is in force.
in_force as (
    select distinct on (rep_id, month) rep_id, rep, month, currency, amount
    from shares
    order by rep_id, month, period_start_date desc
),

-- Months to come, which belong to quarters that have begun, take the newest rate.
newest as (
    select currency, max(month) as month from {{ ref("dim_month_rate") }}
    group by currency
),

final as (
    select
        in_force.rep_id,
        in_force.rep,
        in_force.month,
        cast(date_trunc('quarter', cast(in_force.month as timestamp)) as date) as quarter,
        round(in_force.amount * rates.closing_rate, 2) as quota_usd
    from in_force
    left join newest on in_force.currency = newest.currency
    left join {{ ref("dim_month_rate") }} as rates
        on in_force.currency = rates.currency and least(in_force.month, newest.month) = rates.month
)

select * from final
