-- One row per stretch in which an invoice of a subscription was owed: past due for 30 days, lapsed from then on.
{{ config(materialized="sliced_table", meta={"distributed_by": "customer_id"}) }}

with owed as (
    select
        customer_id,
        subscription_id,
        invoice_id,
        due_at,
        due_at + interval '720 hours' as lapses_at,
        coalesce(paid_at, voided_at, 'infinity'::timestamptz) as settled_at
    from {{ ref("fct_invoice") }}
    where subscription_id is not null and amount_due_minor > 0
),

final as (
    select
        customer_id,
        subscription_id,
        invoice_id,
        'past_due' as kind,
        due_at as starts_at,
        least(lapses_at, settled_at) as ends_at
    from owed
    where settled_at > due_at
    union all
    select
        customer_id,
        subscription_id,
        invoice_id,
        'lapsed',
        lapses_at,
        settled_at
    from owed
    where settled_at > lapses_at
)

select * from final
