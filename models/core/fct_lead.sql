-- One row per lead of the CRM that was not deleted; a person who comes again is a duplicate of the first.
{{ config(materialized="table", meta={"reference": true}) }}

with leads as (
    select *, coalesce(nullif(trim(email), ''), lead_id) as lead_key
    from {{ ref("stg_salesforce__leads") }}
    where not is_deleted and created_at < {{ as_of() }}
),

-- What became of a person, under whichever of its leads.
people as (
    select
        leads.lead_key,
        (array_agg(leads.lead_id order by leads.created_at, leads.lead_id))[1] as first_lead_id,
        min(leads.converted_date) filter (where leads.is_converted) as qualified_date,
        coalesce(bool_or(leads.is_converted and deals.opportunity_id is not null), false) as has_deal,
        coalesce(bool_or(leads.is_converted and deals.is_closed and deals.is_won), false) as has_won
    from leads
    left join {{ ref("fct_opportunity") }} as deals on leads.opportunity_id = deals.opportunity_id
    group by leads.lead_key
),

final as (
    select
        leads.lead_id,
        leads.lead_key,
        leads.company_name,
        leads.country,
        leads.lead_source,
        leads.status,
        leads.is_converted,
        leads.converted_date,
        leads.opportunity_id,
        leads.created_at,
        {{ local_date("leads.created_at") }} as created_date,
        leads.lead_id <> people.first_lead_id as is_duplicate,
        people.qualified_date,
        people.has_deal,
        people.has_won
    from leads
    inner join people on leads.lead_key = people.lead_key
)

select * from final
