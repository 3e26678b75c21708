-- What a department claims less the sum of all reasons is the certified figure, to the cent and the customer.
select totals.department, totals.claimed_value, totals.certified_value, sum(bridge.amount) as explained
from {{ ref("claim_total") }} as totals
left join {{ ref("claim_bridge") }} as bridge on totals.department = bridge.department
where totals.has_source
group by totals.department, totals.claimed_value, totals.certified_value
having totals.claimed_value - coalesce(sum(bridge.amount), 0) <> totals.certified_value
