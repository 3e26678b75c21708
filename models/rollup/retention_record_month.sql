-- One row per month and customer that paid 12 months before: its part of the MRR of then, and of what is left of it.
{{ config(materialized="live_table", indexes=[{"columns": ["month"]}]) }}

with closes as (
    select
        paid.month, paid.customer_id, paid.currency, paid.country, named.customer_name, named.source,
        sum(paid.closing_minor) as closing_minor
    from {{ ref("mrr_customer_month") }} as paid
    inner join {{ ref("customer_record_month") }} as named
        on paid.month = named.month and paid.customer_id = named.customer_id
    where paid.closing_minor > 0
    group by paid.month, paid.customer_id, paid.currency, paid.country, named.customer_name, named.source
),

rates as (
    select month, currency, closing_rate * units_per_minor as usd_per_minor from {{ ref("dim_month_rate") }}
),

legs as (
    select
        cast(closes.month + interval '12 months' as date) as month,
        closes.customer_id,
        closes.country,
        closes.customer_name,
        closes.source,
        closes.closing_minor * rates.usd_per_minor as base_usd,
        0 as retained_usd
    from closes
    inner join rates on closes.month = rates.month and closes.currency = rates.currency
    union all
    select
        closes.month, closes.customer_id, closes.country, null, null, 0, closes.closing_minor * rates.usd_per_minor
    from closes
    inner join rates
        on cast(closes.month - interval '12 months' as date) = rates.month and closes.currency = rates.currency
),

customers as (
    select
        month,
        customer_id,
        country,
        max(customer_name) as customer_name,
        max(source) as source,
        sum(base_usd) as base_usd,
        sum(retained_usd) as retained_usd
    from legs
    group by month, customer_id, country
    having sum(base_usd) > 0
),

-- Amounts are rounded by country: each customer's part is what it adds to the rounded sum of those before it.
summed as (
    select
        *,
        {% for name, amount in [
            ("base", "base_usd"), ("retained", "retained_usd"), ("kept", "least(base_usd, retained_usd)")
        ] -%}
        round(sum({{ amount }}) over so_far, 2) - coalesce(round(sum({{ amount }}) over before, 2), 0) as {{ name }}_part{{ "," if not loop.last }}
        {% endfor %}
    from customers
    window
        so_far as (partition by month, country order by customer_id rows unbounded preceding),
        before as (
            partition by month, country order by customer_id rows between unbounded preceding and 1 preceding
        )
),

final as (
    select
        summed.month,
        months.is_complete,
        summed.customer_id as record_id,
        summed.source,
        summed.customer_name,
        summed.country,
        summed.base_part as nrr_base_usd,
        summed.retained_part as nrr_retained_usd,
        summed.kept_part as grr_retained_usd
    from summed
    inner join {{ ref("dim_month") }} as months on summed.month = months.month
)

select * from final
