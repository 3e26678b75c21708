-- One row per department: what it reports, what its way gives now, the certified figure and what is between them.
with bridge as (
    select
        department,
        count(distinct record_id) as differing_count,
        coalesce(sum(amount) filter (where not is_explained), 0) as unexplained
    from {{ ref("claim_bridge") }}
    group by department
)

select
    totals.department,
    totals.metric,
    totals.unit,
    totals.system,
    totals.has_source,
    totals.reported_date,
    totals.reported_value,
    totals.recomputed_value,
    totals.claimed_value,
    totals.certified_value,
    totals.claimed_value - totals.certified_value as difference,
    totals.records_count,
    coalesce(bridge.differing_count, 0) as differing_count,
    coalesce(bridge.unexplained, 0) as unexplained
from {{ ref("claim_total") }} as totals
left join bridge on totals.department = bridge.department
