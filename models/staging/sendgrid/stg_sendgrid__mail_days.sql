-- One row per day on which mail was sent or read, whatever sent it.
with source as (
    {{ raw("sendgrid", "mail_days", {
        "date": "date", "requests": "bigint", "delivered": "bigint", "bounces": "bigint",
        "bounce_drops": "bigint", "spam_reports": "bigint", "spam_report_drops": "bigint",
        "invalid_emails": "bigint", "opens": "bigint", "unique_opens": "bigint", "clicks": "bigint",
        "unique_clicks": "bigint", "unsubscribes": "bigint", "processed": "bigint", "deferred": "bigint",
        "blocks": "bigint"
    }) }}
)

select distinct
    date as happened_on,
    coalesce(requests, 0) as requests_count,
    coalesce(delivered, 0) as delivered_count,
    coalesce(bounces, 0) as bounces_count,
    coalesce(bounce_drops, 0) as bounce_drops_count,
    coalesce(spam_reports, 0) as spam_reports_count,
    coalesce(spam_report_drops, 0) as spam_report_drops_count,
    coalesce(invalid_emails, 0) as invalid_emails_count,
    coalesce(opens, 0) as opens_count,
    coalesce(unique_opens, 0) as unique_opens_count,
    coalesce(clicks, 0) as clicks_count,
    coalesce(unique_clicks, 0) as unique_clicks_count,
    coalesce(unsubscribes, 0) as unsubscribes_count,
    coalesce(processed, 0) as processed_count,
    coalesce(deferred, 0) as deferred_count,
    coalesce(blocks, 0) as blocks_count
from source
