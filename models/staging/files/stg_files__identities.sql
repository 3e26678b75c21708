-- One row per record of a source that is another record's customer, or nobody's.
with source as (
    {{ raw("files", "identities", {
        "source": "text", "source_id": "text", "customer_id": "text", "kind": "text", "reason": "text",
        "known_on": "date"
    }) }}
)

select
    source,
    source_id,
    customer_id,
    kind,
    reason,
    known_on as known_date
from source
