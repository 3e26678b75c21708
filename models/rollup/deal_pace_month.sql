-- One row per month, cut and part: what of deals cannot be added up, over the twelve months that end with the close.
{{ config(materialized="live_table") }}

with won as (
    select
        months.month,
        cuts.cut,
        cuts.part,
        count(*) filter (where deals.is_won) as won_deals_count,
        percentile_cont(0.5) within group (order by deals.amount_usd) filter (where deals.is_won) as median_tcv_usd,
        percentile_cont(0.5) within group (order by deals.acv_usd) filter (where deals.is_won) as median_acv_usd,
        count(*) filter (where deals.was_seen_open) as decided_deals_count,
        sum(deals.amount_usd) filter (where deals.is_won and deals.was_seen_open) as won_usd,
        avg(extract(epoch from deals.closed_at - deals.created_at)) filter (
            where deals.is_won and deals.was_seen_open
        ) / 86400 as days
    from {{ ref("dim_month") }} as months
    inner join {{ ref("fct_opportunity") }} as deals
        on deals.close_month <= months.month and deals.close_month > months.month - interval '12 months'
    cross join lateral {{ deal_cuts("deals") }}
    where deals.is_closed
    group by months.month, cuts.cut, cuts.part
),

open_deals as (
    select pipeline.month, cuts.cut, cuts.part, sum(pipeline.open_deals_count) as open_deals_count
    from {{ ref("pipeline_month") }} as pipeline
    cross join lateral {{ deal_cuts("pipeline") }}
    group by pipeline.month, cuts.cut, cuts.part
),

keys as (
    select month, cut, part from won
    union
    select month, cut, part from open_deals
    union
    select month, cut, part from {{ ref("time_to_close_month") }}
),

final as (
    select
        keys.month,
        months.is_complete,
        keys.cut,
        keys.part,
        {% for name in deal_dimensions() -%}
        case when keys.cut = '{{ name }}' then keys.part end as {{ name }},
        {% endfor -%}
        watched.time_to_close_days,
        case
            when watched.watched_deals_count is null then 'no deal was opened within twelve months'
            when watched.time_to_close_days is null then 'fewer than half have been won, those still open reckoned in'
        end as time_to_close_note,
        case when coalesce(won.won_deals_count, 0) > 0 then round(cast(won.median_tcv_usd as numeric), 2) end
            as median_tcv_usd,
        case when coalesce(won.won_deals_count, 0) > 0 then round(cast(won.median_acv_usd as numeric), 2) end
            as median_acv_usd,
        case when coalesce(won.won_deals_count, 0) = 0 then 'no deal was won within twelve months' end as median_note,
        round(
            coalesce(open_deals.open_deals_count, 0) * won.won_usd / nullif(won.decided_deals_count, 0)
            / nullif(won.days, 0), 2
        ) as velocity_usd,
        case
            when coalesce(won.won_usd, 0) = 0 or coalesce(won.days, 0) = 0
                then 'no deal that was seen open was won within twelve months'
        end as velocity_note
    from keys
    inner join {{ ref("dim_month") }} as months on keys.month = months.month
    left join won on keys.month = won.month and keys.cut = won.cut and keys.part = won.part
    left join open_deals
        on keys.month = open_deals.month and keys.cut = open_deals.cut and keys.part = open_deals.part
    left join {{ ref("time_to_close_month") }} as watched
        on keys.month = watched.month and keys.cut = watched.cut and keys.part = watched.part
)

select * from final
