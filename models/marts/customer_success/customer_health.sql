-- One row per customer that pays now: its health, the reasons, and what is at stake.
with newest as (
    select max(month) as month from {{ ref("customer_health_monthly") }}
)

select
    said.month,
    said.customer_id,
    said.customer_name,
    said.country,
    said.region,
    said.product,
    said.plan,
    said.owner,
    said.mrr_usd,
    said.health_band,
    said.score,
    said.base_score,
    said.probability,
    said.confidence,
    said.points,
    said.reasons,
    said.health_note,
    said.churn_expected_usd,
    said.made_at
from {{ ref("customer_health_monthly") }} as said
inner join newest on said.month = newest.month
