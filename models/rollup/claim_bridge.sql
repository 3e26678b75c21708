-- One row per department, reason and record: how much of its figure less the certified one it is.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with totals as (
    select * from {{ ref("claim_total") }}
    where has_source
),

-- A figure of another day need not be what the department's way gives now; one of today must.
reported as (
    select
        department,
        'files' as system,
        'claims.csv ' || reported_date as record_id,
        null::text as customer_id,
        case when reported_date < {{ first_open_day() }} then 'timing' else 'not_reproduced' end as reason,
        claimed_value - recomputed_value as amount
    from totals
    where reported_date is not null
),

rounded as (
    select
        totals.department,
        customers.rounding_system as system,
        customers.rounding_record_id as record_id,
        customers.customer_id,
        case when abs(customers.rounding_usd) <= customers.rounding_bound_usd then 'rounding' else 'unexplained' end
            as reason,
        customers.rounding_usd as amount
    from {{ ref("claim_customer") }} as customers
    inner join totals on totals.metric = 'arr'
),

parts as (
    select department, system, record_id, customer_id, reason, amount from reported
    union all
    select department, system, record_id, customer_id, reason, amount from rounded
    union all
    select 'finance', system, record_id, customer_id, reason, amount from {{ ref("claim_finance") }}
    union all
    select 'sales', system, record_id, customer_id, reason, amount from {{ ref("claim_sales") }}
    union all
    select department, system, record_id, customer_id, reason, amount from {{ ref("claim_count") }}
),

summed as (
    select parts.department, parts.system, parts.record_id, parts.customer_id, parts.reason, sum(parts.amount) as amount
    from parts
    inner join totals on parts.department = totals.department
    group by parts.department, parts.system, parts.record_id, parts.customer_id, parts.reason
),

-- What no record explains is said as such, and not left out.
rest as (
    select
        totals.department,
        totals.system,
        null::text as record_id,
        null::text as customer_id,
        'unexplained' as reason,
        totals.claimed_value - totals.certified_value - coalesce(sum(summed.amount), 0) as amount
    from totals
    left join summed on totals.department = summed.department
    group by totals.department, totals.system, totals.claimed_value, totals.certified_value
),

everything as (
    select * from summed
    union all
    select * from rest
),

final as (
    select
        parts.department,
        totals.metric,
        totals.unit,
        reasons.step,
        parts.reason,
        reasons.reason_label,
        reasons.is_explained,
        parts.system,
        parts.record_id,
        parts.customer_id,
        coalesce(customers.customer_name, holders.record_name, parts.customer_id) as customer_name,
        parts.amount
    from everything as parts
    inner join totals on parts.department = totals.department
    inner join {{ ref("dim_claim_reason") }} as reasons on parts.reason = reasons.reason
    left join {{ ref("claim_customer") }} as customers on parts.customer_id = customers.customer_id
    left join {{ ref("claim_holder") }} as holders
        on parts.system = holders.system and parts.record_id = holders.record_id
    where parts.amount <> 0
)

select * from final
