-- Whoever shares the credit for a deal shares all of it, and no more.
select credits.opportunity_id, deals.amount_usd, sum(credits.credited_usd) as credited_usd
from {{ ref("fct_booking_credit") }} as credits
inner join {{ ref("fct_opportunity") }} as deals on credits.opportunity_id = deals.opportunity_id
group by credits.opportunity_id, deals.amount_usd
having sum(credits.credited_usd) <> deals.amount_usd
