-- One row per product, plan and local day on which a price came that differs from the one before of the same kind.
{{ config(materialized="live_table") }}

-- Stripe never changes the amount of a price: a new one takes its place. Without a name nothing says which place.
with prices as (
    select
        plans.*,
        products.product_name,
        lag(plans.amount_minor) over (
            partition by
                plans.product_id, plans.plan_name, plans.currency, plans.billing_interval, plans.interval_count,
                plans.usage_type
            order by plans.created_at, plans.plan_id
        ) as amount_before_minor
    from {{ ref("stg_stripe__plans") }} as plans
    inner join {{ ref("stg_stripe__products") }} as products on plans.product_id = products.product_id
    where plans.plan_name is not null and plans.amount_minor is not null and plans.created_at < {{ as_of() }}
),

final as (
    select
        product_name as product,
        plan_name as plan,
        {{ local_date("created_at") }} as change_day,
        count(*) filter (where amount_minor > amount_before_minor) as raised_count,
        count(*) filter (where amount_minor < amount_before_minor) as lowered_count
    from prices
    where amount_minor <> amount_before_minor
    group by 1, 2, 3
)

select * from final
