-- One row per month, cut and part: the Kaplan–Meier median of days from opened to won, of a year's deals.
{{ config(materialized="live_table") }}

with deals as (
    select opportunity_id, created_at, closed_at, is_won from {{ ref("fct_opportunity") }}
    where was_seen_open
),

cuts as (
    select
        deals.opportunity_id,
        cuts.cut,
        cuts.part,
        dense_rank() over (order by cuts.cut, cuts.part) as cut_number
    from {{ ref("fct_opportunity") }} as deals
    cross join lateral {{ deal_cuts("deals") }}
    where deals.was_seen_open
),

-- Deals opened within twelve months, as they stood at the close: won, or under way for so long and no longer seen. One
-- that was lost by then is known never to be won, and no time of it is waited for.
-- Numbers in place of names, since they are sorted by the hundred thousand: milliseconds, doubled, a win before the rest.
watched as (
    select
        deals.opportunity_id,
        months.month - date '2000-01-01' as month_number,
        2 * cast(
            1000 * extract(epoch from least(deals.closed_at, months.closes_at) - deals.created_at) as bigint
        ) + case when deals.is_won and deals.closed_at < months.closes_at then 0 else 1 end as age
    from {{ ref("dim_month") }} as months
    inner join deals
        on deals.created_at < months.closes_at
        and deals.created_at >= {{ local_midnight("months.month - interval '11 months'") }}
        and (deals.is_won or deals.closed_at is null or deals.closed_at >= months.closes_at)
),

-- Whoever is watched longer is still at risk, also who is still open at the very instant.
at_risk as (
    select
        watched.month_number,
        cuts.cut_number,
        watched.age,
        count(*) over in_all - row_number() over by_age + 1 as at_risk_count
    from watched
    inner join cuts on watched.opportunity_id = cuts.opportunity_id
    window
        in_all as (partition by watched.month_number, cuts.cut_number),
        by_age as (partition by watched.month_number, cuts.cut_number order by watched.age)
),

-- The part that is not won yet; the last one at risk, won, leaves nothing.
surviving as (
    select
        month_number,
        cut_number,
        age,
        sum(case when age % 2 = 0 then ln(greatest(1 - 1.0::float8 / at_risk_count, 1e-12)) else 0 end) over (
            partition by month_number, cut_number order by age rows unbounded preceding
        ) as log_left
    from at_risk
),

medians as (
    select
        month_number,
        cut_number,
        count(*) as watched_deals_count,
        count(*) filter (where age % 2 = 0) as won_deals_count,
        min(age) filter (where age % 2 = 0 and log_left <= ln(0.5 + 1e-9)) as age
    from surviving
    group by month_number, cut_number
),

final as (
    select
        date '2000-01-01' + medians.month_number as month,
        names.cut,
        names.part,
        medians.watched_deals_count,
        medians.won_deals_count,
        round(medians.age / 2 / 86400000.0, 2) as time_to_close_days
    from medians
    inner join (select distinct cut_number, cut, part from cuts) as names on medians.cut_number = names.cut_number
)

select * from final
