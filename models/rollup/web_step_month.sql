-- One row per month: how often each step of the way through the web site was taken; the running month has its complete days.
{{ config(materialized="live_table") }}

with final as (
    select
        months.month,
        months.is_complete,
        coalesce(sum(events.event_count) filter (where events.event_name = 'session_start'), 0) as sessions_count,
        coalesce(sum(events.event_count) filter (where events.event_name = 'view_pricing'), 0) as pricing_views_count,
        coalesce(sum(events.event_count) filter (where events.event_name = 'form_start'), 0) as forms_begun_count,
        coalesce(sum(events.event_count) filter (where events.event_name = 'generate_lead'), 0) as leads_count,
        coalesce(sum(events.event_count) filter (where events.event_name = 'sign_up'), 0) as sign_ups_count
    from {{ ref("stg_ga4__events") }} as events
    inner join {{ ref("dim_month") }} as months on {{ month_of("events.visit_date") }} = months.month
    where events.is_current and events.visit_date < {{ first_open_day() }}
    group by months.month, months.is_complete
)

select * from final
