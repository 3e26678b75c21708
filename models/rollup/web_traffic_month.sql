-- One row per month, channel, source, medium and campaign of web sessions; the running month has its complete days.
{{ config(materialized="live_table") }}

with final as (
    select
        months.month,
        months.is_complete,
        days.channel,
        days.source,
        days.medium,
        days.campaign,
        sum(days.session_count) as sessions_count,
        sum(days.engaged_session_count) as engaged_sessions_count,
        sum(days.new_user_count) as new_users_count,
        sum(days.page_view_count) as page_views_count,
        sum(days.lead_count) as leads_count,
        sum(days.sign_up_count) as sign_ups_count
    from {{ ref("fct_web_day") }} as days
    inner join {{ ref("dim_month") }} as months on {{ month_of("days.visit_date") }} = months.month
    group by months.month, months.is_complete, days.channel, days.source, days.medium, days.campaign
)

select * from final
