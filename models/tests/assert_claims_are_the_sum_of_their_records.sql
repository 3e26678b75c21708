-- The records of a department add up to the figure that its way gives. Not in a part that has only one of the two anew.
{% if is_left_out("claim_total") %}
select department from {{ ref("department_claim") }}
where false
{% else %}
select totals.department, totals.recomputed_value, claims.claimed_value
from {{ ref("claim_total") }} as totals
inner join {{ ref("department_claim") }} as claims on totals.department = lower(claims.department)
where totals.has_source and totals.recomputed_value <> claims.claimed_value
{% endif %}
