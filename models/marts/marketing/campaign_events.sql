-- One row per advertising platform and campaign of it: from when to when it ran.
select
    platform,
    campaign_id,
    campaign_name,
    channel,
    first_day,
    last_day,
    is_over
from {{ ref("campaign_span") }}
