-- Customers by name make up how many there are, came and left; and what retention is measured on.
with legs as (
    select
        month, country, opening_customers_count, active_customers_count, new_customers_count,
        reactivated_customers_count, lost_customers_count, churned_customers_count,
        0 as nrr_base_usd, 0 as nrr_retained_usd, 0 as grr_retained_usd
    from {{ ref("customers_month") }}
    union all
    select
        month, country, -opening_count, -active_count, -new_count, -reactivated_count, -lost_count, -churned_count,
        0, 0, 0
    from {{ ref("customer_record_month") }}
    union all
    select month, country, 0, 0, 0, 0, 0, 0, nrr_base_usd, nrr_retained_usd, grr_retained_usd
    from {{ ref("retention_month") }}
    union all
    select month, country, 0, 0, 0, 0, 0, 0, -nrr_base_usd, -nrr_retained_usd, -grr_retained_usd
    from {{ ref("retention_record_month") }}
)

select month, country
from legs
group by month, country
having
    sum(opening_customers_count) <> 0
    or sum(active_customers_count) <> 0
    or sum(new_customers_count) <> 0
    or sum(reactivated_customers_count) <> 0
    or sum(lost_customers_count) <> 0
    or sum(churned_customers_count) <> 0
    or sum(nrr_base_usd) <> 0
    or sum(nrr_retained_usd) <> 0
    or sum(grr_retained_usd) <> 0
