-- One row per change of an opportunity's stage, amount or close date.
with source as (
    {{ raw("salesforce", "opportunity_history", {
        "Id": "text", "OpportunityId": "text", "StageName": "text", "Amount": "numeric", "Probability": "numeric",
        "ForecastCategory": "text", "CloseDate": "date",
        "CreatedDate": "timestamptz", "IsDeleted": "boolean"
    }) }}
)

select
    id as opportunity_history_id,
    opportunityid as opportunity_id,
    stagename as stage,
    amount as amount_usd,
    probability / 100 as probability_ratio,
    {{ forecast_category("forecastcategory") }} as forecast_category,
    closedate as close_date,
    createddate as changed_at,
    coalesce(isdeleted, false) as is_deleted
from source
