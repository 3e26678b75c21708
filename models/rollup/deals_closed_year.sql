-- One row per month, cut and part: deals closed within the twelve months that end with the close.
{{ config(materialized="live_table") }}

with cuts as (
    select
        cuts.cut,
        cuts.part,
        dense_rank() over (order by cuts.cut, cuts.part) as cut_number,
        deals.close_month,
        deals.is_won,
        deals.was_seen_open,
        cast(deals.amount_usd * 100 as bigint) as tcv_cents,
        cast(deals.acv_usd * 100 as bigint) as acv_cents,
        cast(extract(epoch from deals.closed_at - deals.created_at) as float8) as seconds
    from {{ ref("fct_opportunity") }} as deals
    cross join lateral {{ deal_cuts("deals") }}
    where deals.is_closed
),

-- Numbers in place of names, since they are sorted by the hundred thousand.
of_twelve_months as (
    select
        months.month,
        cuts.cut_number,
        percentile_cont(0.5) within group (order by cuts.tcv_cents) as median_tcv_cents,
        percentile_cont(0.5) within group (order by cuts.acv_cents) as median_acv_cents
    from {{ ref("dim_month") }} as months
    inner join cuts
        on cuts.close_month <= months.month and cuts.close_month > months.month - interval '12 months'
    where cuts.is_won
    group by months.month, cuts.cut_number
),

closed as (
    select
        close_month,
        cut_number,
        count(*) filter (where was_seen_open) as decided_deals_count,
        count(*) filter (where is_won and was_seen_open) as won_deals_count,
        sum(tcv_cents) filter (where is_won and was_seen_open) as won_cents,
        sum(seconds) filter (where is_won and was_seen_open) as won_seconds
    from cuts
    group by close_month, cut_number
),

decided as (
    select
        months.month,
        closed.cut_number,
        sum(closed.decided_deals_count) as decided_deals_count,
        sum(closed.won_deals_count) as won_deals_count,
        sum(closed.won_cents) as won_cents,
        cast(round(cast(sum(closed.won_seconds) as numeric), 3) as numeric) as won_seconds
    from {{ ref("dim_month") }} as months
    inner join closed
        on closed.close_month <= months.month and closed.close_month > months.month - interval '12 months'
    group by months.month, closed.cut_number
),

final as (
    select
        decided.month,
        names.cut,
        names.part,
        of_twelve_months.median_tcv_cents,
        of_twelve_months.median_acv_cents,
        decided.decided_deals_count,
        decided.won_deals_count,
        decided.won_cents,
        decided.won_seconds
    from decided
    inner join (select distinct cut_number, cut, part from cuts) as names on decided.cut_number = names.cut_number
    left join of_twelve_months
        on decided.month = of_twelve_months.month and decided.cut_number = of_twelve_months.cut_number
)

select * from final
