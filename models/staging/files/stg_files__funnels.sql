-- One row per step of a way through the product.
with source as (
    {{ raw("files", "funnels", {
        "funnel": "text", "step": "numeric", "event": "text", "counts": "text", "window_days": "numeric"
    }) }}
)

select
    funnel,
    cast(step as integer) as step_number,
    event as event_name,
    counts as counts_what,
    cast(window_days as integer) as window_days
from source
