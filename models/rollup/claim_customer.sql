-- One row per customer that counts: its certified ARR at as_of, and how it stands where it has none.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with certified as (
    select customer_id, 12 * sum(closing_mrr_usd) as arr_usd
    from {{ ref("mrr_customer_month") }}
    where month = {{ month_of(as_of_day()) }} and closing_minor > 0
    group by customer_id
),

exact as (
    select
        customer_id,
        sum(net_usd) as net_usd,
        sum(
            0.005 + segments_count * 12
            * (0.5 * power(10::numeric, -({{ minor_exponent("currency") }})) * closing_rate + 0.005)
        ) as rounding_bound_usd,
        (array_agg(system order by net_usd desc, record_id))[1] as system,
        (array_agg(record_id order by net_usd desc, record_id))[1] as record_id
    from {{ ref("arr_standing") }}
    group by customer_id
),

lived as (
    select
        customer_id,
        bool_or(mrr_minor > 0 and valid_from < {{ as_of() }}) as has_had_mrr,
        bool_or(valid_from >= {{ as_of() }} and source = 'contract') as has_future_contract,
        bool_or(is_now and state = 'lapsed') as is_lapsed,
        bool_or(is_now and state = 'paused') as is_paused,
        bool_or(is_now and state = 'free') as is_free,
        bool_or(is_now and state = 'trial') as is_trial
    from (
        select
            *,
            valid_from < {{ as_of() }} and (valid_to is null or valid_to >= {{ as_of() }}) as is_now
        from {{ ref("fct_mrr_segment") }}
    ) as segments
    group by customer_id
),

paid as (
    select distinct customer_id from {{ ref("fct_invoice") }}
    where paid_at is not null and amount_due_minor > 0
),

-- Who pays before its record has come is a customer as well.
known as (
    select customer_id from {{ ref("dim_customer") }}
    union
    select customer_id from lived
),

final as (
    select
        known.customer_id,
        coalesce(customers.customer_name, known.customer_id) as customer_name,
        coalesce(certified.arr_usd, 0) as certified_arr_usd,
        certified.customer_id is not null as is_active,
        case
            when certified.customer_id is not null then 'active'
            when lived.is_lapsed then 'unpaid'
            when lived.is_paused then 'paused'
            when lived.is_free then 'free'
            when lived.is_trial then 'trial_counted'
            when lived.has_had_mrr then 'churn_booked_late'
            when lived.has_future_contract then 'signed_not_live'
            else 'never'
        end as standing,
        paid.customer_id is not null as has_paid,
        exact.system as rounding_system,
        exact.record_id as rounding_record_id,
        coalesce(exact.net_usd, 0) - coalesce(certified.arr_usd, 0) as rounding_usd,
        coalesce(exact.rounding_bound_usd, 0) as rounding_bound_usd
    from known
    left join {{ ref("dim_customer") }} as customers on known.customer_id = customers.customer_id
    left join certified on known.customer_id = certified.customer_id
    left join exact on known.customer_id = exact.customer_id
    left join lived on known.customer_id = lived.customer_id
    left join paid on known.customer_id = paid.customer_id
)

select * from final
