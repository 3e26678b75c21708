-- One row per Salesforce contact, deleted ones included.
with source as (
    {{ raw("salesforce", "contact", {
        "Id": "text", "AccountId": "text", "Name": "text", "Email": "text", "Title": "text", "LeadSource": "text",
        "OwnerId": "text", "CreatedDate": "timestamptz", "IsDeleted": "boolean"
    }) }}
)

select
    id as contact_id,
    accountid as account_id,
    name as full_name,
    lower(email) as email,
    title as job_title,
    leadsource as lead_source,
    ownerid as owner_id,
    createddate as created_at,
    coalesce(isdeleted, false) as is_deleted
from source
