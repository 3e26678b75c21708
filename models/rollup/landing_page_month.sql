-- One row per month and landing page of web sessions; the running month has its complete days.
{{ config(materialized="live_table") }}

with final as (
    select
        months.month,
        months.is_complete,
        coalesce(pages.landing_page, 'Unknown') as landing_page,
        sum(pages.session_count) as sessions_count,
        sum(pages.engaged_session_count) as engaged_sessions_count,
        sum(pages.new_user_count) as new_users_count,
        sum(pages.key_event_count) as conversions_count
    from {{ ref("stg_ga4__landing_pages") }} as pages
    inner join {{ ref("dim_month") }} as months on {{ month_of("pages.visit_date") }} = months.month
    where pages.is_current and pages.visit_date < {{ first_open_day() }}
    group by 1, 2, 3
)

select * from final
