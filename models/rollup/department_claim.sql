-- One row per department: its own figure, worked out its own way from the system it uses.
{{ config(materialized="live_table") }}

with subscriptions as (
    select subscription_id, items from {{ ref("stg_stripe__subscriptions") }}
    where status in ('active', 'past_due')
),

present_items as (
    select case jsonb_typeof(member) when 'object' then member ->> 'id' else member #>> '{}' end as subscription_item_id
    from subscriptions
    cross join lateral jsonb_array_elements(subscriptions.items) as members (member)
),

-- What has no list price is added as the newest renewal bills it: the usage, and with it the tax.
used as (
    select invoice_id, sum(amount_minor) as usage_minor from {{ ref("stg_stripe__invoice_lines") }}
    where usage_type = 'metered'
    group by invoice_id
),

billed as (
    select distinct on (invoices.subscription_id)
        invoices.subscription_id,
        invoices.tax_minor + used.usage_minor as billed_minor
    from {{ ref("stg_stripe__invoices") }} as invoices
    inner join used on invoices.invoice_id = used.invoice_id
    where
        invoices.billing_reason in ('subscription_create', 'subscription_cycle')
        and invoices.status in ('open', 'paid', 'uncollectible')
    order by invoices.subscription_id, invoices.created_at desc, invoices.invoice_id desc
),

priced as (
    select
        items.subscription_id,
        round(sum(
            {{ per_month("case items.usage_type when 'licensed' then items.plan_amount_minor * items.quantity
                else coalesce(billed.billed_minor, 0) end", "items.billing_interval", "items.interval_count") }}
            * 12 * rates.units_per_minor * rates.usd_per_unit), 2) as claimed_value
    from {{ ref("stg_stripe__subscription_items") }} as items
    inner join present_items on items.subscription_item_id = present_items.subscription_item_id
    inner join {{ ref("dim_exchange_rate") }} as rates
        on items.currency = rates.currency
        and rates.day = cast(date_trunc('year', cast({{ as_of_day() }} as timestamp)) as date)
    left join billed on items.usage_type = 'metered' and items.subscription_id = billed.subscription_id
    group by items.subscription_id
),

finance as (
    select sum(claimed_value) as claimed_value from priced
),

sales as (
    select sum(deals.amount_usd) as claimed_value
    from {{ ref("stg_salesforce__opportunities") }} as deals
    inner join {{ ref("stg_salesforce__accounts") }} as accounts on deals.account_id = accounts.account_id
    where
        deals.is_won and not deals.is_deleted and deals.opportunity_type in ('New Business', 'Expansion')
        and not accounts.is_deleted and accounts.account_type = 'Customer'
),

product as (
    select count(distinct accounts.account_id) as claimed_value
    from {{ ref("dim_account") }} as accounts
    inner join {{ ref("dim_user") }} as users on accounts.account_id = users.account_id
    where
        accounts.deleted_at is null and users.removed_at is null
        and users.last_seen_at between {{ as_of() }} - interval '672 hours' and {{ as_of() }}
),

marketing as (
    select count(*) as claimed_value from {{ ref("stg_salesforce__accounts") }}
    where account_type = 'Customer' and not is_deleted
),

final as (
    select 'Finance' as department, 'ARR' as figure, 'usd' as unit, claimed_value, 'arr' as certified_metric,
        'List price of all active and past-due Stripe subscriptions × 12, usage and tax where billed, at the budget''s exchange rate' as how
    from finance
    union all
    select 'Sales', 'ARR', 'usd', claimed_value, 'arr',
        'Amount of all won new business and expansion deals of Salesforce accounts typed Customer'
    from sales
    union all
    select 'Product', 'Active customers', 'count', claimed_value, 'active_customers',
        'Accounts with at least one user seen in the last 28 days'
    from product
    union all
    select 'Marketing', 'Customers', 'count', claimed_value, 'active_customers',
        'Salesforce accounts typed Customer'
    from marketing
)

select department, figure, unit, coalesce(claimed_value, 0) as claimed_value, certified_metric, how from final
