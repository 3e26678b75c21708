-- One row per role in Salesforce's hierarchy.
with source as (
    {{ raw("salesforce", "user_role", {"Id": "text", "Name": "text", "ParentRoleId": "text"}) }}
)

select
    id as user_role_id,
    name as role_name,
    parentroleid as parent_role_id
from source
