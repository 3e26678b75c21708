-- One row per month, cut and part: the Kaplan–Meier median of days from opened to won, of a year's deals.
{{ config(materialized="live_table") }}

-- Deals opened within twelve months, as they stood at the close: won, or under way for so long and no longer seen.
with watched as (
    select
        months.month,
        cuts.cut,
        cuts.part,
        deals.is_won and deals.closed_at < months.closes_at as is_won,
        extract(epoch from least(deals.closed_at, months.closes_at) - deals.created_at) as seconds
    from {{ ref("dim_month") }} as months
    inner join {{ ref("fct_opportunity") }} as deals
        on deals.created_at < months.closes_at
        and deals.created_at >= {{ local_midnight("months.month - interval '11 months'") }}
    cross join lateral {{ deal_cuts("deals") }}
    where deals.was_seen_open
),

-- Whoever is watched longer is still at risk, also who is lost or still open at the very instant.
at_risk as (
    select
        month,
        cut,
        part,
        is_won,
        seconds,
        row_number() over (partition by month, cut, part order by seconds desc, is_won) as at_risk_count
    from watched
),

-- The part that is not won yet; the last one at risk, won, leaves nothing.
surviving as (
    select
        month,
        cut,
        part,
        is_won,
        seconds,
        sum(case when is_won then ln(greatest(1 - 1.0 / at_risk_count, 1e-12)::float8) else 0 end) over (
            partition by month, cut, part order by at_risk_count desc rows unbounded preceding
        ) as log_left
    from at_risk
),

final as (
    select
        month,
        cut,
        part,
        count(*) as watched_deals_count,
        count(*) filter (where is_won) as won_deals_count,
        round(min(seconds) filter (where is_won and exp(log_left) <= 0.5 + 1e-9) / 86400, 2) as time_to_close_days
    from surviving
    group by month, cut, part
)

select * from final
