-- One row per kind (users or accounts), period, cohort, age, plan and country.
select
    who,
    period,
    cohort_start,
    age,
    plan,
    country,
    base_count,
    kept_count
from {{ ref("usage_cohort") }}
