-- One row per month and line of the budget.
select
    month,
    is_complete,
    budget_line,
    kind,
    budget_usd,
    actual_usd,
    variance_usd,
    favourable_usd,
    relative_variance
from {{ ref("budget_month") }}
