-- One row per day, channel, source, medium and campaign of web sessions, as Google Analytics tells it now; complete days only.
{{ config(materialized="table", meta={"reference": true}) }}

with final as (
    select
        visit_date,
        coalesce(channel, 'Unknown') as channel,
        coalesce(source, 'Unknown') as source,
        coalesce(medium, 'Unknown') as medium,
        coalesce({{ campaign_key("campaign_name") }}, {{ no_campaign() }}) as campaign,
        sum(session_count) as session_count,
        sum(engaged_session_count) as engaged_session_count,
        sum(new_user_count) as new_user_count,
        sum(page_view_count) as page_view_count,
        sum(lead_count) as lead_count,
        sum(sign_up_count) as sign_up_count
    from {{ ref("stg_ga4__traffic") }}
    where is_current and visit_date < {{ first_open_day() }}
    group by 1, 2, 3, 4, 5
)

select * from final
