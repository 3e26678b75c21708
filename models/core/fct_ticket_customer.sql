-- One row per ticket: whose people wrote it, and what they had from us when they did.
{{ config(materialized="table", meta={
    "reference": true,
    "identity_only": [
        "dim_account", "dim_customer", "dim_identity", "dim_month_rate", "fct_mrr_segment", "stg_production__users"
    ]
}) }}

with identities as (
    select source, source_id, customer_id, is_excluded from {{ ref("dim_identity") }}
),

organizations as (
    select
        organizations.organization_id,
        organizations.organization_name,
        coalesce(identities.customer_id, organizations.customer_source_id) as customer_id
    from {{ ref("stg_zendesk__organizations") }} as organizations
    left join identities
        on identities.source = 'stripe' and organizations.customer_source_id = identities.source_id
),

written as (
    select
        tickets.ticket_id,
        tickets.created_at,
        requesters.email,
        organizations.organization_name,
        organizations.customer_id
    from {{ ref("stg_zendesk__tickets") }} as tickets
    left join organizations on tickets.organization_id = organizations.organization_id
    left join {{ ref("stg_zendesk__users") }} as requesters on tickets.requester_id = requesters.user_id
),

people as (
    select users.email, accounts.account_name, identities.customer_id
    from {{ ref("stg_production__users") }} as users
    inner join {{ ref("dim_account") }} as accounts on users.account_id = accounts.account_id
    inner join identities on identities.source = 'production' and users.account_id = identities.source_id
),

-- An address that people of several customers have tells nothing, unless the organisation is called as one of them.
told as (
    select
        written.ticket_id,
        min(people.customer_id) as customer_id,
        count(distinct people.customer_id) as customers_count,
        min(people.customer_id) filter (where people.account_name = written.organization_name) as named_id,
        count(distinct people.customer_id) filter (where people.account_name = written.organization_name) as named_count
    from written
    inner join people on written.email = people.email
    where written.customer_id is null
    group by written.ticket_id
),

tickets as materialized (
    select
        written.ticket_id,
        written.created_at,
        case
            when written.customer_id is not null then written.customer_id
            when told.customers_count = 1 then told.customer_id
            when told.named_count = 1 then told.named_id
        end as customer_id
    from written
    left join told on written.ticket_id = told.ticket_id
),

-- What of the customer's subscriptions brought most just then.
held as (
    select distinct on (tickets.ticket_id) tickets.ticket_id, segments.product, segments.plan
    from tickets
    inner join {{ ref("fct_mrr_segment") }} as segments
        on tickets.customer_id = segments.customer_id
        and tickets.created_at > segments.valid_from
        and (segments.valid_to is null or tickets.created_at <= segments.valid_to)
    left join {{ ref("dim_month_rate") }} as rates
        on segments.currency = rates.currency and rates.month = {{ month_of(local_date("tickets.created_at")) }}
    order by
        tickets.ticket_id, segments.mrr_minor * coalesce(rates.units_per_minor * rates.closing_rate, 0) desc,
        segments.product, segments.plan
),

final as (
    select
        tickets.ticket_id,
        customers.customer_id,
        case when customers.customer_id is not null then coalesce(held.product, 'No subscription') end as product,
        case when customers.customer_id is not null then coalesce(held.plan, 'No subscription') end as plan,
        customers.country,
        tickets.customer_id is not null
        and tickets.customer_id in (select identities.customer_id from identities where identities.is_excluded)
            as is_excluded
    from tickets
    left join {{ ref("dim_customer") }} as customers on tickets.customer_id = customers.customer_id
    left join held on tickets.ticket_id = held.ticket_id
)

select * from final
