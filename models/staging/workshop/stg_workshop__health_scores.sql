-- One row per run and customer that it scored.
with source as (
    {{ raw("workshop", "health_score", {
        "health_run_id": "uuid", "customer_id": "text", "probability": "double precision", "score": "numeric",
        "band": "text", "confidence": "numeric", "points": "jsonb", "reasons": "text"
    }) }}
)

select
    health_run_id,
    customer_id,
    probability,
    score,
    band,
    confidence,
    points,
    reasons
from source
