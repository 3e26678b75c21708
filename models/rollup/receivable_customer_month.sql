-- One row per month, customer, currency and age of the debt: what is open at the close, in dollars at its rate.
{{ config(materialized="live_table") }}

with opened as (
    select
        months.month,
        months.is_complete,
        receivables.customer_id,
        receivables.currency,
        receivables.kind,
        receivables.record_id,
        receivables.due_at,
        greatest(months.last_day - {{ local_date("receivables.due_at") }}, 0) as overdue_days,
        {{ minor_to_usd("receivables.balance_minor", "rates.units_per_minor", "rates.closing_rate") }} as balance_usd
    from {{ ref("dim_month") }} as months
    inner join {{ ref("fct_receivable") }} as receivables
        on receivables.valid_from < months.closes_at
        and (receivables.valid_to is null or receivables.valid_to >= months.closes_at)
    inner join {{ ref("dim_month_rate") }} as rates
        on months.month = rates.month and receivables.currency = rates.currency
),

aged as (
    select
        *,
        case
            when kind = 'credit' then 'Credit'
            when kind = 'dispute' then 'Disputed'
            when overdue_days = 0 then 'Current'
            when overdue_days <= 30 then '1-30'
            when overdue_days <= 60 then '31-60'
            when overdue_days <= 90 then '61-90'
            else 'Over 90'
        end as bucket
    from opened
),

final as (
    select
        aged.month,
        aged.is_complete,
        aged.customer_id,
        coalesce(max(customers.customer_name), aged.customer_id) as customer_name,
        coalesce(max(customers.country), 'Unknown') as country,
        aged.currency,
        aged.bucket,
        count(*) as records_count,
        min(aged.due_at) as oldest_due_at,
        max(aged.overdue_days) as most_overdue_days,
        coalesce(sum(aged.balance_usd) filter (where aged.kind = 'invoice'), 0) as receivable_usd,
        coalesce(sum(aged.balance_usd) filter (where aged.kind = 'invoice' and aged.overdue_days > 0), 0)
            as overdue_usd,
        coalesce(sum(aged.balance_usd) filter (where aged.kind = 'credit'), 0) as credit_usd,
        coalesce(sum(aged.balance_usd) filter (where aged.kind = 'dispute'), 0) as disputed_usd
    from aged
    left join {{ ref("dim_customer") }} as customers on aged.customer_id = customers.customer_id
    group by aged.month, aged.is_complete, aged.customer_id, aged.currency, aged.bucket
),

-- Who has a payment under dispute is marked at every age of the debt.
flagged as (
    select *, sum(disputed_usd) over (partition by month, customer_id) > 0 as is_disputed from final
)

select * from flagged
