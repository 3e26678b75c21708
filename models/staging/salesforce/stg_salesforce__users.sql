-- One row per Salesforce user.
with source as (
    {{ raw("salesforce", "user", {"Id": "text", "Name": "text", "IsActive": "boolean", "Department": "text"}) }}
)

select
    id as user_id,
    name as user_name,
    coalesce(isactive, false) as is_active,
    department
from source
