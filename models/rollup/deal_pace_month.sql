-- One row per month, cut and part: what of deals cannot be added up, over the twelve months that end with the close.
{{ config(materialized="live_table") }}

with open_deals as (
    select pipeline.month, cuts.cut, cuts.part, sum(pipeline.open_deals_count) as open_deals_count
    from {{ ref("pipeline_month") }} as pipeline
    cross join lateral {{ deal_cuts("pipeline") }}
    group by pipeline.month, cuts.cut, cuts.part
),

keys as (
    select month, cut, part from {{ ref("deals_closed_year") }}
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
            when watched.time_to_close_days is null then 'fewer than half of those not lost have been won'
        end as time_to_close_note,
        round(cast(won.median_tcv_cents as numeric) / 100, 2) as median_tcv_usd,
        round(cast(won.median_acv_cents as numeric) / 100, 2) as median_acv_usd,
        case when won.median_acv_cents is null then 'no deal was won within twelve months' end as median_note,
        case when won.won_cents > 0 then round(
            coalesce(open_deals.open_deals_count, 0) * won.won_cents / 100 / won.decided_deals_count * 86400
            * won.won_deals_count / nullif(won.won_seconds, 0), 2
        ) end as velocity_usd,
        case
            when coalesce(won.won_cents, 0) <= 0 or coalesce(won.won_seconds, 0) = 0
                then 'no deal that was seen open was won within twelve months'
        end as velocity_note
    from keys
    inner join {{ ref("dim_month") }} as months on keys.month = months.month
    left join {{ ref("deals_closed_year") }} as won on keys.month = won.month and keys.cut = won.cut and keys.part = won.part
    left join open_deals
        on keys.month = open_deals.month and keys.cut = open_deals.cut and keys.part = open_deals.part
    left join {{ ref("time_to_close_month") }} as watched
        on keys.month = watched.month and keys.cut = watched.cut and keys.part = watched.part
)

select * from final
