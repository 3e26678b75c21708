-- One row per change of a tracked field of an opportunity; both values as text.
with source as (
    {{ raw("salesforce", "opportunity_field_history", {
        "Id": "text", "OpportunityId": "text", "Field": "text", "DataType": "text", "OldValue": "text",
        "NewValue": "text", "CreatedById": "text", "CreatedDate": "timestamptz", "IsDeleted": "boolean"
    }) }}
)

select
    id as field_change_id,
    opportunityid as opportunity_id,
    field as field_name,
    datatype as data_type,
    oldvalue as old_value,
    newvalue as new_value,
    createdbyid as changed_by_id,
    createddate as changed_at,
    coalesce(isdeleted, false) as is_deleted
from source
