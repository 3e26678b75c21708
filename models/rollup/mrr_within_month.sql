-- One row per month, customer, currency, product and plan of who began and ended with nothing but paid in between,
-- as it stood at the instant of the customer's highest MRR.
{{ config(materialized="sliced_live_table") }}

with segments as (
    select
        *,
        {{ month_of(local_date("valid_from")) }} as month
    from {{ ref("fct_mrr_segment") }}
    where mrr_minor > 0 and valid_to is not null
),

months as (
    select * from {{ ref("dim_month") }}
),

rates as (
    select * from {{ ref("dim_month_rate") }}
),

inside as (
    select segments.*, months.opens_at, rates.units_per_minor * rates.opening_rate as usd_per_minor
    from segments
    inner join months on segments.month = months.month and segments.valid_to < months.closes_at
    inner join rates on segments.month = rates.month and segments.currency = rates.currency
    left join {{ ref("mrr_case") }} as cases
        on segments.month = cases.month and segments.customer_id = cases.customer_id
    where cases.customer_id is null
),

instants as (
    select distinct month, customer_id, valid_from as instant from inside
),

totals as (
    select instants.month, instants.customer_id, instants.instant, sum(inside.mrr_minor * inside.usd_per_minor) as total
    from instants
    inner join inside
        on instants.month = inside.month
        and instants.customer_id = inside.customer_id
        and inside.valid_from <= instants.instant
        and inside.valid_to > instants.instant
    group by instants.month, instants.customer_id, instants.instant
),

peaks as (
    select distinct on (month, customer_id) month, customer_id, instant
    from totals
    order by month, customer_id, total desc, instant
),

firsts as (
    select customer_id, min(valid_from) as first_mrr_at from {{ ref("fct_mrr_segment") }}
    where mrr_minor > 0
    group by customer_id
),

final as (
    select
        inside.month,
        inside.customer_id,
        inside.currency,
        inside.product,
        inside.plan,
        case when min(firsts.first_mrr_at) >= min(inside.opens_at) then 'new' else 'reactivation' end as movement,
        {{ round_minor("sum(inside.mrr_minor)") }} as peak_minor,
        round({{ round_minor("sum(inside.mrr_minor)") }} * min(inside.usd_per_minor), 2) as peak_usd
    from peaks
    inner join inside
        on peaks.month = inside.month
        and peaks.customer_id = inside.customer_id
        and inside.valid_from <= peaks.instant
        and inside.valid_to > peaks.instant
    inner join firsts on inside.customer_id = firsts.customer_id
    group by inside.month, inside.customer_id, inside.currency, inside.product, inside.plan
)

select * from final
