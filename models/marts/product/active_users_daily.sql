-- One row per user and complete local day on which they did something, in tracked accounts.
select
    day,
    user_id,
    account_id,
    user_day_id,
    user_role,
    plan,
    country
from {{ ref("user_day") }}
