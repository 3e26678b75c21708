-- One row per feature that was described or used.
{{ config(materialized="table", meta={"reference": true}) }}

-- Once by itself: Citus joins no distributed table to others by FULL JOIN.
with used as materialized (
    select distinct unnest(features) as feature from {{ ref("fct_product_event") }}
),

described as (
    select * from {{ ref("stg_files__features") }}
),

final as (
    select
        coalesce(described.feature, used.feature) as feature,
        coalesce(described.product, 'Every product') as product,
        coalesce(described.uses_needed_count, 3) as uses_needed_count,
        described.launched_date
    from used
    full join described on used.feature = described.feature
)

select * from final
