-- One row per type of split.
with source as (
    {{ raw("salesforce", "opportunity_split_type", {
        "Id": "text", "DeveloperName": "text", "IsActive": "boolean", "IsTotalValidated": "boolean"
    }) }}
)

select
    id as split_type_id,
    developername as split_type,
    isactive as is_active,
    istotalvalidated as is_whole
from source
