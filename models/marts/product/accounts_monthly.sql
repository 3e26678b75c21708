-- One row per month and country.
select
    month,
    is_complete,
    country,
    region,
    accounts_count
from {{ ref("account_month") }}
