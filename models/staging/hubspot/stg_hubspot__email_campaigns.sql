-- One row per e-mail that HubSpot sent, to many at once or by a workflow.
with source as (
    {{ raw("hubspot", "campaigns", {
        "id": "text", "name": "text", "subject": "text", "type": "text", "numIncluded": "bigint", "counters": "jsonb"
    }) }}
)

select
    id as email_campaign_id,
    name as email_campaign_name,
    subject,
    type = 'AUTOMATED_EMAIL' as is_automated,
    numincluded as included_count,
    coalesce(cast(counters ->> 'sent' as bigint), 0) as sent_count,
    coalesce(cast(counters ->> 'delivered' as bigint), 0) as delivered_count,
    coalesce(cast(counters ->> 'open' as bigint), 0) as opens_count,
    coalesce(cast(counters ->> 'click' as bigint), 0) as clicks_count,
    coalesce(cast(counters ->> 'bounce' as bigint), 0) as bounces_count,
    coalesce(cast(counters ->> 'dropped' as bigint), 0) as dropped_count,
    coalesce(cast(counters ->> 'statuschange' as bigint), 0) as unsubscribes_count,
    coalesce(cast(counters ->> 'spamreport' as bigint), 0) as spam_reports_count
from source
