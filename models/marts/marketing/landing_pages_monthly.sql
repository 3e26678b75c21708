-- One row per month and landing page.
select
    month,
    is_complete,
    landing_page,
    sessions_count,
    engaged_sessions_count,
    new_users_count,
    conversions_count
from {{ ref("landing_page_month") }}
