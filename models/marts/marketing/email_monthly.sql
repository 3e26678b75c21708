-- One row per month, system, campaign and e-mail.
select
    month,
    is_complete,
    system,
    campaign,
    mailing,
    sent_count,
    delivered_count,
    bounced_count,
    opened_count,
    clicked_count,
    unsubscribed_count,
    complained_count
from {{ ref("email_month") }}
