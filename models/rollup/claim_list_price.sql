-- One row per subscription that Finance counts: a year at list price, and what its newest renewal bills for usage and tax.
{{ config(materialized="live_table", meta={"whole_build_only": true}) }}

with subscriptions as (
    select subscription_id, customer_source_id, items from {{ ref("stg_stripe__subscriptions") }}
    where status in ('active', 'past_due')
),

present_items as (
    select
        subscriptions.subscription_id,
        case jsonb_typeof(member) when 'object' then member ->> 'id' else member #>> '{}' end as subscription_item_id
    from subscriptions
    cross join lateral jsonb_array_elements(subscriptions.items) as members (member)
),

items as (
    select
        present_items.subscription_id,
        found.currency,
        found.usage_type,
        12 * {{ per_month("found.plan_amount_minor * found.quantity", "found.billing_interval", "found.interval_count") }}
            as list_minor,
        12 * {{ per_month("1", "found.billing_interval", "found.interval_count") }} as cycles_a_year
    from {{ ref("stg_stripe__subscription_items") }} as found
    inner join present_items on found.subscription_item_id = present_items.subscription_item_id
),

renewals as (
    select distinct on (subscription_id) subscription_id, invoice_id, tax_minor
    from {{ ref("stg_stripe__invoices") }}
    where
        billing_reason in ('subscription_create', 'subscription_cycle')
        and status in ('open', 'paid', 'uncollectible')
        and subscription_id in (select items.subscription_id from items where items.usage_type = 'metered')
    order by subscription_id asc, created_at desc, invoice_id desc
),

used as (
    select renewals.subscription_id, renewals.tax_minor, coalesce(sum(lines.amount_minor), 0) as usage_minor
    from renewals
    left join {{ ref("stg_stripe__invoice_lines") }} as lines
        on renewals.invoice_id = lines.invoice_id and lines.usage_type = 'metered'
    group by renewals.subscription_id, renewals.tax_minor
),

sums as (
    select
        subscription_id,
        currency,
        coalesce(sum(list_minor) filter (where usage_type = 'licensed'), 0) as list_minor,
        max(cycles_a_year) filter (where usage_type = 'metered') as cycles_a_year
    from items
    group by subscription_id, currency
),

-- Whose MRR it is says its newest invoice, which may have moved to another customer than the subscription names.
holders as (
    select subscription_id, max(customer_id) as customer_id from {{ ref("fct_mrr_segment") }}
    where valid_from < {{ as_of() }} and (valid_to is null or valid_to >= {{ as_of() }})
    group by subscription_id
),

final as (
    select
        sums.subscription_id,
        subscriptions.customer_source_id,
        coalesce(holders.customer_id, identity.customer_id, subscriptions.customer_source_id) as customer_id,
        coalesce(identity.is_excluded, false) as is_excluded,
        sums.currency,
        rates.usd_per_unit as budget_rate,
        sums.list_minor * rates.units_per_minor as list_local,
        coalesce(used.usage_minor * sums.cycles_a_year, 0) * rates.units_per_minor as usage_local,
        coalesce(used.tax_minor * sums.cycles_a_year, 0) * rates.units_per_minor as tax_local
    from sums
    inner join subscriptions on sums.subscription_id = subscriptions.subscription_id
    inner join {{ ref("dim_exchange_rate") }} as rates
        on sums.currency = rates.currency
        and rates.day = cast(date_trunc('year', cast({{ as_of_day() }} as timestamp)) as date)
    left join used on sums.subscription_id = used.subscription_id
    left join holders on sums.subscription_id = holders.subscription_id
    left join {{ ref("dim_identity") }} as identity
        on identity.source = 'stripe' and subscriptions.customer_source_id = identity.source_id
)

select * from final
