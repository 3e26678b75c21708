-- One row per month and person.
select
    month,
    is_complete,
    rep,
    credited_usd,
    quota_usd,
    credited_to_quota_usd,
    quarter_quota_usd,
    quarter_credited_usd
from {{ ref("quota_month") }}
