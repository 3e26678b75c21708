-- One row per month and group of cohorts: what its customers pay, what is left of it, and what they cost to win, as known then.
{{ config(materialized="live_table") }}

with cells as (
    select
        cohort_month,
        month,
        age,
        sum(base_customers_count) as base_customers_count,
        sum(kept_customers_count) as kept_customers_count,
        sum(closing_mrr_usd) as closing_mrr_usd
    from {{ ref("cohort_month") }}
    group by cohort_month, month, age
),

-- Whose spend is not known counts on neither side.
won as (
    select
        cells.*,
        acquisition.acquisition_spend_usd,
        case when cells.age = 0 and acquisition.acquisition_spend_usd is not null then cells.base_customers_count end
            as paid_for_count
    from cells
    left join {{ ref("acquisition_month") }} as acquisition
        on cells.cohort_month = acquisition.month and cells.age = 0
),

grouped as (
    {{ cohort_groups("won") }}
),

pooled as (
    select
        months.month,
        grouped.cut,
        grouped.cohort,
        sum(grouped.base_customers_count) filter (where grouped.age = 0) as customers_count,
        sum(grouped.closing_mrr_usd) filter (where grouped.month = months.month)
        / nullif(sum(grouped.kept_customers_count) filter (where grouped.month = months.month), 0) as arpa_usd,
        sum(grouped.acquisition_spend_usd) as spend_usd,
        sum(grouped.paid_for_count) as paid_for_count
    from {{ ref("dim_month") }} as months
    inner join grouped on months.month >= grouped.month
    where months.is_complete
    group by months.month, grouped.cut, grouped.cohort
),

profits as (
    select month, sum(recognized_revenue_usd) as revenue_usd, sum(gross_profit_usd) as profit_usd
    from {{ ref("revenue_month") }}
    group by month
),

-- The margin of the twelve months up to the close, so that no single month's invoices decide.
margins as (
    select
        months.month,
        sum(profits.profit_usd) / nullif(greatest(sum(profits.revenue_usd), 0), 0) as gross_margin,
        bool_or(profits.month = months.month) as is_known
    from {{ ref("dim_month") }} as months
    inner join profits
        on profits.month <= months.month and profits.month > cast(months.month - interval '12 months' as date)
    where profits.profit_usd is not null
    group by months.month
),

final as (
    select
        pooled.month,
        pooled.cut,
        pooled.cohort,
        pooled.customers_count,
        pooled.arpa_usd,
        case when margins.is_known then margins.gross_margin end as gross_margin,
        pooled.spend_usd / nullif(pooled.paid_for_count, 0) as cac_usd,
        case
            when pooled.paid_for_count is null then 'what these customers cost to win is not known'
            when pooled.spend_usd <= 0 then 'nothing was spent to win these customers'
        end as cac_note
    from pooled
    left join margins on pooled.month = margins.month
)

select * from final
