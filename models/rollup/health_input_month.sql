-- One row per month and customer that pays at its close: what was known then of what may come before churn, and what came.
{{ config(materialized="live_table", meta={"whole_build_only": true}, indexes=[{"columns": ["month", "customer_id"]}]) }}

with owners as (
    select distinct on (identity.customer_id) identity.customer_id, staff.user_name as owner
    from {{ ref("stg_salesforce__accounts") }} as accounts
    inner join {{ ref("dim_identity") }} as identity
        on identity.source = 'salesforce' and accounts.account_id = identity.source_id
    inner join {{ ref("stg_salesforce__users") }} as staff on accounts.owner_id = staff.user_id
    where not accounts.is_deleted
    order by identity.customer_id, accounts.created_at, accounts.account_id
),

final as (
    select
        paying.month,
        paying.is_complete,
        paying.customer_id,
        coalesce(customers.customer_name, paying.customer_id) as customer_name,
        paying.country,
        {{ region_of("paying.country") }} as region,
        paying.product,
        paying.plan,
        owners.owner,
        paying.is_leaving,
        paying.mrr_usd,
        use.active_days_count,
        use.active_days_change,
        use.active_users_count,
        use.used_features_ratio,
        support.tickets_count,
        support.waiting_days,
        support.unhappy_count,
        billing.failed_payments_count,
        paying.past_due_ratio,
        paying.mrr_change_ratio,
        billing.discount_ratio,
        billing.renewal_days,
        paying.tenure_months,
        paying.has_left
    from {{ ref("health_paying_month") }} as paying
    left join {{ ref("dim_customer") }} as customers on paying.customer_id = customers.customer_id
    left join owners on paying.customer_id = owners.customer_id
    left join {{ ref("health_billing_month") }} as billing
        on paying.month = billing.month and paying.customer_id = billing.customer_id
    left join {{ ref("health_support_month") }} as support
        on paying.month = support.month and paying.customer_id = support.customer_id
    left join {{ ref("health_use_month") }} as use
        on paying.month = use.month and paying.customer_id = use.customer_id
)

select * from final
