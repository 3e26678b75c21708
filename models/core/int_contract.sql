-- One row per term of a hand-signed contract that counts, as a stretch of constant MRR in minor units.
with contracts as (
    select * from {{ ref("stg_files__contracts") }}
),

excluded as (
    select distinct customer_id from {{ ref("dim_identity") }}
    where is_excluded and source = 'stripe'
),

final as (
    select
        contracts.contract_id,
        contracts.customer_id,
        contracts.product,
        contracts.plan,
        contracts.currency,
        {{ local_midnight("contracts.start_date") }} as valid_from,
        {{ local_midnight("contracts.end_date") }} as valid_to,
        trim_scale(
            greatest(contracts.monthly_amount, 0) * power(10::numeric, {{ minor_exponent("contracts.currency") }})
        ) as mrr_minor
    from contracts
    left join excluded on contracts.customer_id = excluded.customer_id
    where
        excluded.customer_id is null
        and (contracts.end_date is null or contracts.start_date < contracts.end_date)
)

select * from final
