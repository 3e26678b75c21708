-- One row per month, product, plan, country and currency: revenue of the service given in the month, straight line by seconds.
{{ config(materialized="live_table") }}

with months as (
    select * from {{ ref("dim_month") }}
),

lines as (
    select
        *,
        extract(epoch from period_ends_at - period_starts_at) as period_seconds
    from {{ ref("fct_invoice_line") }}
    where invoice_status = 'paid' and net_usd <> 0
),

-- Each month is the difference of two rounded sums, so that the months of a line add up to the line.
served as (
    select
        months.month,
        lines.customer_id,
        lines.product,
        lines.plan,
        lines.currency,
        round(
            lines.net_usd
            * extract(epoch from least(lines.period_ends_at, months.closes_at) - lines.period_starts_at)
            / lines.period_seconds, 2
        ) - round(
            lines.net_usd
            * extract(epoch from greatest(lines.period_starts_at, months.opens_at) - lines.period_starts_at)
            / lines.period_seconds, 2
        ) as recognized_usd
    from lines
    inner join months
        on lines.period_starts_at < months.closes_at and lines.period_ends_at > months.opens_at
    where lines.period_seconds > 0
    union all
    select months.month, lines.customer_id, lines.product, lines.plan, lines.currency, lines.net_usd
    from lines
    inner join months on lines.period_starts_at >= months.opens_at and lines.period_starts_at < months.closes_at
    where coalesce(lines.period_seconds, 0) <= 0
    union all
    select
        months.month,
        contracts.customer_id,
        contracts.product,
        contracts.plan,
        contracts.currency,
        round(
            contracts.mrr_minor * rates.units_per_minor * rates.closing_rate
            * extract(epoch from least(contracts.valid_to, months.closes_at)
                - greatest(contracts.valid_from, months.opens_at))
            / extract(epoch from months.month_ends_at - months.opens_at), 2
        )
    from {{ ref("int_contract") }} as contracts
    inner join months
        on contracts.valid_from < months.closes_at
        and (contracts.valid_to is null or contracts.valid_to > months.opens_at)
    inner join {{ ref("dim_month_rate") }} as rates
        on months.month = rates.month and contracts.currency = rates.currency
),

final as (
    select
        served.month,
        served.product,
        served.plan,
        coalesce(customers.country, 'Unknown') as country,
        served.currency,
        sum(served.recognized_usd) as recognized_revenue_usd
    from served
    left join {{ ref("dim_customer") }} as customers on served.customer_id = customers.customer_id
    group by served.month, served.product, served.plan, coalesce(customers.country, 'Unknown'), served.currency
)

select * from final
