-- One row per product, plan and local day on which its prices changed.
select
    product,
    plan,
    change_day,
    raised_count,
    lowered_count
from {{ ref("price_change") }}
