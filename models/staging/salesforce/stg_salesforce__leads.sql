-- One row per Salesforce lead.
with source as (
    {{ raw("salesforce", "lead", {
        "Id": "text", "Company": "text", "Country": "text", "LeadSource": "text", "Status": "text",
        "OwnerId": "text", "IsConverted": "boolean", "ConvertedDate": "date", "ConvertedOpportunityId": "text",
        "ConvertedContactId": "text", "Email": "text",
        "CreatedDate": "timestamptz", "IsDeleted": "boolean"
    }) }}
)

select
    id as lead_id,
    company as company_name,
    country,
    leadsource as lead_source,
    status,
    ownerid as owner_id,
    coalesce(isconverted, false) as is_converted,
    converteddate as converted_date,
    convertedopportunityid as opportunity_id,
    convertedcontactid as contact_id,
    lower(email) as email,
    createddate as created_at,
    coalesce(isdeleted, false) as is_deleted
from source
