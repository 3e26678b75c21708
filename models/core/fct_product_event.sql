-- One row per event in the product by one of its users: not by staff, machines, or in accounts of our own.
{{ config(
    materialized="table",
    meta={"distributed_by": "customer_id", "identity_only": ["dim_user", "dim_account", "dim_identity"]}
) }}

with events as (
    select 'mixpanel' as tracker, event_id, event_name, user_id, features, duration_seconds, occurred_at, received_at
    from {{ ref("stg_mixpanel__events") }}
    where not is_machine
    union all
    select 'amplitude', event_id, event_name, user_id, features, duration_seconds, occurred_at, received_at
    from {{ ref("stg_amplitude__events") }}
),

-- Who is no user of the product, such as our support in a customer's account, is in none of these.
people as materialized (
    select
        users.user_id,
        users.account_id,
        coalesce(nullif(users.user_role, ''), 'Unknown') as user_role,
        {{ local_date("users.created_at") }} as user_created_date,
        accounts.created_date as account_created_date,
        coalesce(nullif(accounts.plan_name, ''), 'Unknown') as plan,
        coalesce(nullif(accounts.country, ''), 'Unknown') as country,
        identity.customer_id
    from {{ ref("dim_user") }} as users
    inner join {{ ref("dim_account") }} as accounts on users.account_id = accounts.account_id
    inner join {{ ref("dim_identity") }} as identity
        on identity.source = 'production' and accounts.account_id = identity.source_id
    where
        users.removed_at is null
        and accounts.removed_at is null
        and not accounts.is_internal
        and not identity.is_excluded
),

final as (
    select
        events.tracker,
        events.event_id,
        events.event_name,
        people.user_id,
        people.account_id,
        people.customer_id,
        people.user_role,
        people.plan,
        people.country,
        people.user_created_date,
        people.account_created_date,
        events.features,
        events.duration_seconds,
        events.occurred_at,
        events.received_at,
        {{ local_date("events.occurred_at") }} as event_date
    from events
    inner join people on events.user_id = people.user_id
    where events.occurred_at < {{ as_of() }}
)

select * from final
