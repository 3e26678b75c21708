-- One row per record and reason: by how much Product's and Marketing's customers differ from the certified ones.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with departments as (
    select * from (values ('product', 'production'), ('marketing', 'salesforce')) as told (department, system)
),

customers as (
    select * from {{ ref("claim_customer") }}
),

holders as (
    select departments.department, holders.*
    from {{ ref("claim_holder") }} as holders
    inner join departments on holders.system = departments.system
),

-- What of a customer's MRR there was when somebody of it was last seen.
paid_when_seen as (
    select distinct holders.record_id
    from holders
    inner join {{ ref("fct_mrr_segment") }} as segments
        on holders.customer_id = segments.customer_id
        and segments.valid_from <= holders.seen_at
        and (segments.valid_to is null or segments.valid_to > holders.seen_at)
    where holders.department = 'product' and segments.mrr_minor > 0
),

counted as (
    select
        holders.department,
        holders.system,
        holders.record_id,
        holders.customer_id,
        case
            when holders.is_excluded then 'internal_account'
            when holders.turn > 1 then 'duplicate_account'
            when customers.is_active then null
            when customers.standing in ('signed_not_live', 'trial_counted') then customers.standing
            when holders.department = 'marketing' and customers.standing <> 'never' then customers.standing
            when holders.department = 'marketing' and holders.turn_of_all > 1 then 'duplicate_account'
            when holders.department = 'marketing' then null
            when paid_when_seen.record_id is not null then 'timing'
            when customers.customer_id is not null then 'active_not_paying'
            when holders.standing_there = 'Trial' then 'trial_counted'
        end as reason,
        1 as amount,
        not holders.is_excluded and holders.turn = 1 and coalesce(customers.is_active, false) as is_right
    from holders
    left join customers on holders.customer_id = customers.customer_id
    left join paid_when_seen on holders.department = 'product' and holders.record_id = paid_when_seen.record_id
    where holders.is_counted
),

missing as (
    select
        departments.department,
        coalesce(others.system, customers.rounding_system) as system,
        coalesce(others.record_id, customers.rounding_record_id) as record_id,
        customers.customer_id,
        case
            when others.record_id is null then 'not_in_system'
            when departments.department = 'product' then 'paying_not_seen'
            when not customers.has_paid then 'timing'
            else 'not_typed_customer'
        end as reason,
        -1 as amount
    from customers
    cross join departments
    left join holders as others
        on departments.department = others.department
        and customers.customer_id = others.customer_id
        and not others.is_counted and not others.is_excluded and others.turn = 1
    where
        customers.is_active
        and not exists (
            select 1 from holders as found
            where
                found.department = departments.department and found.customer_id = customers.customer_id
                and found.is_counted and not found.is_excluded
        )
),

final as (
    select department, system, record_id, customer_id, coalesce(reason, 'unexplained') as reason, amount from counted
    where not is_right
    union all
    select department, system, record_id, customer_id, reason, amount from missing
)

select * from final
