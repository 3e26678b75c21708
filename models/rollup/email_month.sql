-- One row per month of sending, system, campaign and e-mail: how many it went to, and what they did with it.
{{ config(materialized="live_table") }}

with final as (
    select
        months.month,
        months.is_complete,
        sends.system,
        sends.campaign,
        sends.mailing,
        sum(sends.sent_count) as sent_count,
        sum(sends.sent_count - sends.bounced_count) as delivered_count,
        sum(sends.bounced_count) as bounced_count,
        sum(sends.opened_count) as opened_count,
        sum(sends.clicked_count) as clicked_count,
        sum(sends.unsubscribed_count) as unsubscribed_count,
        sum(sends.complained_count) as complained_count
    from {{ ref("fct_email_send") }} as sends
    inner join {{ ref("dim_month") }} as months on sends.month = months.month
    group by months.month, months.is_complete, sends.system, sends.campaign, sends.mailing
)

select * from final
