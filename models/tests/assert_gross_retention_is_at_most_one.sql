-- Nobody can keep more than there was: growth is left out of gross retention.
select month, country, grr_retained_usd, nrr_base_usd
from {{ ref("retention_month") }}
where grr_retained_usd > nrr_base_usd or grr_retained_usd > nrr_retained_usd
