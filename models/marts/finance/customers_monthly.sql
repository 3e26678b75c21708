-- One row per month and country.
select
    month,
    is_complete,
    country,
    opening_customers_count,
    active_customers_count,
    new_customers_count,
    reactivated_customers_count,
    lost_customers_count,
    churned_customers_count
from {{ ref("customers_month") }}
