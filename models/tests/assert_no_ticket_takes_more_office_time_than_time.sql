-- Rows are tickets whose time in office hours is below nothing, or above the time that passed.
select ticket_id, first_reply_seconds, first_reply_business_seconds, resolution_seconds, resolution_business_seconds
from {{ ref("fct_ticket") }}
where
    first_reply_business_seconds not between 0 and first_reply_seconds
    or resolution_business_seconds not between 0 and resolution_seconds
