-- An item has one price and one state at a time: what it is worth is never counted twice.
with ordered as (
    select
        subscription_item_id,
        valid_from,
        lag(coalesce(valid_to, 'infinity'::timestamptz)) over (
            partition by source, subscription_item_id order by valid_from
        ) as previous_valid_to
    from {{ ref("fct_mrr_segment") }}
)

select * from ordered
where previous_valid_to > valid_from
