-- One row per Salesforce user.
with source as (
    {{ raw("salesforce", "user", {
        "Id": "text", "Name": "text", "Email": "text", "IsActive": "boolean", "Department": "text", "UserRoleId": "text"
    }) }}
)

select
    id as user_id,
    name as user_name,
    lower(email) as email,
    coalesce(isactive, false) as is_active,
    department,
    userroleid as user_role_id
from source
