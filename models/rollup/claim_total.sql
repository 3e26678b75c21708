-- One row per department: its figure as it reports it, as its way gives it now, and the certified one.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with departments as (
    select * from (
        values
        ('finance', 'arr', 'usd', 'stripe', exists (select 1 from {{ ref("stg_stripe__subscriptions") }})),
        ('sales', 'arr', 'usd', 'salesforce', exists (select 1 from {{ ref("stg_salesforce__accounts") }})),
        ('product', 'active_customers', 'count', 'production', exists (select 1 from {{ ref("dim_account") }})),
        (
            'marketing', 'active_customers', 'count', 'salesforce',
            exists (select 1 from {{ ref("stg_salesforce__accounts") }})
        )
    ) as told (department, metric, unit, system, has_source)
),

recomputed as (
    select department, sum(amount) as recomputed_value, count(*) as records_count from {{ ref("claim_record") }}
    group by department
),

reported as (
    select distinct on (lower(department), metric)
        lower(department) as department,
        metric,
        claimed_date,
        claimed_value
    from {{ ref("stg_files__claims") }}
    where claimed_value is not null and claimed_date <= {{ first_open_day() }}
    order by lower(department) asc, metric asc, claimed_date desc
),

certified as (
    select coalesce(sum(certified_arr_usd), 0) as arr, count(*) filter (where is_active) as active_customers
    from {{ ref("claim_customer") }}
),

final as (
    select
        departments.department,
        departments.metric,
        departments.unit,
        departments.system,
        departments.has_source,
        reported.claimed_date as reported_date,
        reported.claimed_value as reported_value,
        case when departments.has_source then coalesce(recomputed.recomputed_value, 0) end as recomputed_value,
        case when departments.has_source
            then coalesce(reported.claimed_value, recomputed.recomputed_value, 0) end as claimed_value,
        case departments.metric when 'arr' then certified.arr else certified.active_customers end as certified_value,
        coalesce(recomputed.records_count, 0) as records_count
    from departments
    cross join certified
    left join recomputed on departments.department = recomputed.department
    left join reported
        on departments.department = reported.department and departments.metric = reported.metric
)

select * from final
