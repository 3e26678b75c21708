-- By every rule of attribution a month has the same deals, customers and new MRR, to the cent: each shares out all of it.
-- That it is all the new MRR there is cannot be asked here: it follows each event of Stripe, which credits wait out.
with rules as (
    select
        month,
        model,
        sum(created_deals_count) as created_deals_count,
        sum(won_deals_count) as won_deals_count,
        sum(customers_count) as customers_count,
        sum(new_mrr_usd) as new_mrr_usd
    from {{ ref("attribution_month") }}
    group by month, model
)

select month
from rules
group by month
having
    count(*) <> {{ attribution_models() | length }}
    or min(created_deals_count) <> max(created_deals_count)
    or min(won_deals_count) <> max(won_deals_count)
    or min(customers_count) <> max(customers_count)
    or min(new_mrr_usd) <> max(new_mrr_usd)
