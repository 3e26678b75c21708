-- The items of subscriptions, and contracts, make up MRR and each of its movements, by all that MRR is cut by.
{% set amounts = [
    "opening_mrr_usd", "new_usd", "reactivation_usd", "expansion_usd", "contraction_usd", "churn_usd", "lost_usd", "fx_usd",
    "closing_mrr_usd", "committed_mrr_usd", "past_due_mrr_usd"
] %}
with legs as (
    select month, product, plan, country, region, currency, {{ amounts | join(", ") }} from {{ ref("mrr_month") }}
    union all
    select month, product, plan, country, region, currency, -{{ amounts | join(", -") }} from {{ ref("mrr_item_month") }}
)

select month, product, plan, country, currency
from legs
group by month, product, plan, country, region, currency
having sum({{ amounts | join(") <> 0 or sum(") }}) <> 0
