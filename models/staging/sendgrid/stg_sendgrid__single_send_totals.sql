-- One row per single send, A/B variation and phase: its figures until now.
with source as (
    {{ raw("sendgrid", "singlesend_stats", {
        "id": "text", "ab_variation": "text", "ab_phase": "text", "requests": "bigint", "delivered": "bigint",
        "bounces": "bigint", "bounce_drops": "bigint", "spam_reports": "bigint", "spam_report_drops": "bigint",
        "invalid_emails": "bigint", "opens": "bigint", "unique_opens": "bigint", "clicks": "bigint",
        "unique_clicks": "bigint", "unsubscribes": "bigint"
    }) }}
)

select distinct
    id as single_send_id,
    ab_variation as variation_id,
    ab_phase as phase,
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
    coalesce(unsubscribes, 0) as unsubscribes_count
from source
