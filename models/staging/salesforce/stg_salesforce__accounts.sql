-- One row per Salesforce account, deleted ones included.
with source as (
    {{ raw("salesforce", "account", {
        "Id": "text", "Name": "text", "Type": "text", "BillingCountryCode": "text", "Industry": "text",
        "NumberOfEmployees": "integer", "Website": "text", "OwnerId": "text", "Stripe_Customer_Id__c": "text",
        "CreatedDate": "timestamptz", "IsDeleted": "boolean"
    }) }}
)

select
    id as account_id,
    name as account_name,
    type as account_type,
    upper(billingcountrycode) as country,
    industry,
    numberofemployees as employees_count,
    website,
    ownerid as owner_id,
    stripe_customer_id__c as customer_source_id,
    createddate as created_at,
    coalesce(isdeleted, false) as is_deleted
from source
