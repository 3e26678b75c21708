-- One row per quota of Salesforce's forecasts: user, forecast type and period; in US dollars.
with source as (
    {{ raw("salesforce", "forecasting_quota", {
        "Id": "text", "QuotaOwnerId": "text", "StartDate": "date", "QuotaAmount": "numeric", "IsAmount": "boolean",
        "ForecastingTypeId": "text", "ProductFamily": "text", "CreatedDate": "timestamptz",
        "LastModifiedDate": "timestamptz"
    }) }}
)

select
    id as quota_id,
    quotaownerid as owner_id,
    forecastingtypeid as forecast_type_id,
    productfamily as product_family,
    startdate as period_start_date,
    quotaamount as amount_usd,
    coalesce(isamount, false) as is_amount,
    createddate as created_at,
    lastmodifieddate as changed_at
from source
