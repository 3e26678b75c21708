-- One row per e-mail address of a contact or lead: who it is by its digest, and what brought it.
{{ config(materialized="table", meta={"reference": true}) }}

with contacts as (
    select distinct on (email)
        {{ person_id("email") }} as person_id,
        contact_id,
        original_source,
        case when original_source in ('PAID_SEARCH', 'PAID_SOCIAL', 'EMAIL_MARKETING', 'OTHER_CAMPAIGNS')
            then {{ campaign_key("original_source_detail") }} end as campaign,
        lower(original_source_detail_2) as source,
        created_at
    from {{ ref("stg_hubspot__contacts") }}
    where not is_archived and email <> '' and created_at < {{ as_of() }}
    order by email, created_at, contact_id
),

leads as (
    select distinct on (lower(trim(email)))
        {{ person_id("email") }} as person_id,
        lead_id,
        created_at
    from {{ ref("stg_salesforce__leads") }}
    where not is_deleted and trim(email) <> '' and created_at < {{ as_of() }}
    order by lower(trim(email)), created_at, lead_id
),

final as (
    select
        coalesce(contacts.person_id, leads.person_id) as person_id,
        contacts.contact_id,
        leads.lead_id,
        contacts.created_at as contact_at,
        leads.created_at as lead_at,
        coalesce(campaigns.channel, {{ channel_of_source("contacts.original_source") }}) as channel,
        coalesce(contacts.campaign, {{ no_campaign() }}) as campaign
    from contacts
    full outer join leads on contacts.person_id = leads.person_id
    left join {{ ref("dim_campaign") }} as campaigns
        on contacts.campaign = campaigns.campaign and contacts.source = campaigns.source
)

select * from final
