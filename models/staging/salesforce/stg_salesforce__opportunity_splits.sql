-- One row per share of credit for an opportunity; the amount in US dollars.
with source as (
    {{ raw("salesforce", "opportunity_split", {
        "Id": "text", "OpportunityId": "text", "SplitOwnerId": "text", "SplitTypeId": "text",
        "SplitPercentage": "numeric", "SplitAmount": "numeric", "CreatedDate": "timestamptz", "IsDeleted": "boolean"
    }) }}
)

select
    id as opportunity_split_id,
    opportunityid as opportunity_id,
    splitownerid as owner_id,
    splittypeid as split_type_id,
    splitpercentage / 100 as credit_ratio,
    splitamount as amount_usd,
    createddate as created_at,
    coalesce(isdeleted, false) as is_deleted
from source
