-- One row per HubSpot contact.
with source as (
    {{ raw("hubspot", "contacts", {
        "id": "text", "property_email": "text", "property_firstname": "text", "property_lastname": "text",
        "property_company": "text", "property_website": "text", "property_country": "text",
        "property_lifecyclestage": "text", "property_hs_lead_status": "text", "property_hs_analytics_source": "text",
        "property_hs_analytics_source_data_1": "text", "property_hs_analytics_source_data_2": "text",
        "property_hs_analytics_first_url": "text", "property_salesforceleadid": "text",
        "property_associatedcompanyid": "text", "property_hs_email_optout": "boolean",
        "property_hs_email_hard_bounce_reason_enum": "text", "property_hs_marketable_status": "text",
        "property_first_conversion_event_name": "text",
        "property_hs_lifecyclestage_marketingqualifiedlead_date": "timestamptz",
        "property_hs_lifecyclestage_salesqualifiedlead_date": "timestamptz",
        "property_hs_lifecyclestage_opportunity_date": "timestamptz",
        "property_hs_lifecyclestage_customer_date": "timestamptz",
        "createdAt": "timestamptz", "updatedAt": "timestamptz", "archived": "boolean"
    }) }}
)

select
    id as contact_id,
    lower(trim(property_email)) as email,
    property_firstname as first_name,
    property_lastname as last_name,
    property_company as company_name,
    lower(substring(property_website from '^(?:https?://)?(?:www\.)?([^/:?#]+)')) as website_domain,
    property_country as country,
    property_lifecyclestage as lifecycle_stage,
    property_hs_lead_status as lead_status,
    property_hs_analytics_source as original_source,
    property_hs_analytics_source_data_1 as original_source_detail,
    property_hs_analytics_source_data_2 as original_source_detail_2,
    property_hs_analytics_first_url as first_page_url,
    property_salesforceleadid as salesforce_lead_id,
    property_associatedcompanyid as hubspot_company_id,
    coalesce(property_hs_email_optout, false) as is_opted_out,
    property_hs_email_hard_bounce_reason_enum is not null as is_bounced,
    coalesce(property_hs_marketable_status = 'true', false) as is_marketing_contact,
    property_first_conversion_event_name as first_form_name,
    property_hs_lifecyclestage_marketingqualifiedlead_date as marketing_qualified_at,
    property_hs_lifecyclestage_salesqualifiedlead_date as sales_qualified_at,
    property_hs_lifecyclestage_opportunity_date as opportunity_at,
    property_hs_lifecyclestage_customer_date as customer_at,
    createdat as created_at,
    updatedat as updated_at,
    coalesce(archived, false) as is_archived
from source
