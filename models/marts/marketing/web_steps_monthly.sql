-- One row per month.
select
    month,
    is_complete,
    sessions_count,
    pricing_views_count,
    forms_begun_count,
    leads_count,
    sign_ups_count
from {{ ref("web_step_month") }}
