-- One row per month, customer, currency, product and plan that some policy counts otherwise: MRR in dollars at each level of prices.
{{ config(materialized="live_table", meta={"whole_build_only": true}, indexes=[{"columns": ["month"]}]) }}
{%- set levels = mrr_policy_levels() | selectattr("settings.charges", "equalto", "prices") | list %}

with parts as (
    select
        month, customer_id, currency, product, plan, 'price' as part, gross_minor, coupon_duration, coupon_minor,
        is_paused, is_end_asked, is_ended, is_over_30_days, is_over_15_days, is_marked_unpaid,
        {{ thirty_day_factor("billing_interval") }} as thirty_day_factor,
        {{ week_factor("billing_interval") }} as week_factor
    from {{ ref("policy_price") }}
    union all
    select
        month, customer_id, currency, product, plan, 'usage', usage_minor, 'none', 0,
        false, false, false, is_over_30_days, is_over_15_days, is_marked_unpaid, 1, 1
    from {{ ref("policy_usage") }}
),

sums as (
    select
        month,
        customer_id,
        currency,
        product,
        plan
        {%- for level in levels %},
        {{ round_minor("sum(" ~ policy_amount(level["settings"]) ~ ")") }} as {{ level["name"] }}
        {%- endfor %}
    from parts
    group by month, customer_id, currency, product, plan
),

final as (
    select
        sums.month,
        sums.customer_id,
        sums.currency,
        sums.product,
        sums.plan
        {%- for level in levels %},
        {{ minor_to_usd("sums." ~ level["name"], "rates.units_per_minor", "rates.closing_rate") }}
            as {{ level["name"] }}_usd
        {%- endfor %}
    from sums
    inner join {{ ref("dim_month_rate") }} as rates on sums.month = rates.month and sums.currency = rates.currency
)

select * from final
