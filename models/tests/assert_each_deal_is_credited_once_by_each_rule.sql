-- A deal's credits by one rule of attribution are one deal, whoever touched it.
select opportunity_id, model, sum(credit_millionths) as credit_millionths
from {{ ref("fct_attribution") }}
group by opportunity_id, model
having sum(credit_millionths) <> 1000000
