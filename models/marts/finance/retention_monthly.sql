-- One row per month and country.
select
    month,
    is_complete,
    country,
    nrr_base_usd,
    nrr_retained_usd,
    grr_retained_usd
from {{ ref("retention_month") }}
