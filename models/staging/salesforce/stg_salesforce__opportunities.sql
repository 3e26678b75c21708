-- One row per Salesforce opportunity, as it stands now; the amount in US dollars (multi-year: the whole term).
with source as (
    {{ raw("salesforce", "opportunity", {
        "Id": "text", "Name": "text", "AccountId": "text", "OwnerId": "text", "StageName": "text",
        "Amount": "numeric", "Probability": "numeric", "ForecastCategoryName": "text", "IsClosed": "boolean",
        "IsWon": "boolean", "CloseDate": "date", "Type": "text", "LeadSource": "text", "Contract_Start__c": "date",
        "Term_Months__c": "numeric", "Billing_Currency__c": "text", "Amount_Local__c": "numeric",
        "CreatedDate": "timestamptz", "IsDeleted": "boolean"
    }) }}
)

select
    id as opportunity_id,
    name as opportunity_name,
    accountid as account_id,
    ownerid as owner_id,
    stagename as stage,
    amount as amount_usd,
    probability / 100 as probability_ratio,
    {{ forecast_category("forecastcategoryname") }} as forecast_category,
    coalesce(isclosed, false) as is_closed,
    coalesce(iswon, false) as is_won,
    closedate as close_date,
    type as opportunity_type,
    leadsource as lead_source,
    contract_start__c as contract_start_date,
    cast(term_months__c as integer) as term_months_count,
    lower(billing_currency__c) as billing_currency,
    amount_local__c as local_amount,
    createddate as created_at,
    coalesce(isdeleted, false) as is_deleted
from source
