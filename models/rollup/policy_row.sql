-- One row per month, customer, currency, product and plan: MRR in dollars at each level between our policy and another.
{{ config(materialized="live_table", meta={"whole_build_only": true}, indexes=[{"columns": ["month"]}]) }}

with parts as (
    select
        month, customer_id, subscription_id, currency, product, plan, part, amount_minor, discount_duration,
        discount_minor, is_paused, is_end_asked, is_ended,
        {{ thirty_day_factor("billing_interval") }} as thirty_day_factor,
        {{ week_factor("billing_interval") }} as week_factor
    from {{ ref("policy_price") }}
    union all
    select
        month, customer_id, subscription_id, currency, product, plan, part, amount_minor, 'none', 0, false, false,
        false, 1, 1
    from {{ ref("policy_charge") }}
),

judged as (
    select
        parts.*,
        coalesce(debts.is_over_30_days, false) as is_over_30_days,
        coalesce(debts.is_over_15_days, false) as is_over_15_days,
        coalesce(debts.is_marked_unpaid, false) as is_marked_unpaid
    from parts
    left join {{ ref("policy_debt") }} as debts
        on parts.month = debts.month and parts.subscription_id = debts.subscription_id
),

sums as (
    select
        month,
        customer_id,
        currency,
        product,
        plan
        {%- for level in mrr_policy_levels() %},
        {{ round_minor("sum(" ~ policy_amount(level["settings"]) ~ ")") }} as {{ level["name"] }}
        {%- endfor %}
    from judged
    group by month, customer_id, currency, product, plan
),

final as (
    select
        sums.month,
        sums.customer_id,
        sums.currency,
        sums.product,
        sums.plan
        {%- for level in mrr_policy_levels() %},
        {{ minor_to_usd("sums." ~ level["name"], "rates.units_per_minor", "rates.closing_rate") }} as {{ level["name"] }}_usd
        {%- endfor %}
    from sums
    inner join {{ ref("dim_month_rate") }} as rates on sums.month = rates.month and sums.currency = rates.currency
)

select * from final
