-- One row per month and invoice, credit or dispute that is open at its close, in dollars at its rate.
{{ config(materialized="live_table", indexes=[{"columns": ["month"]}]) }}

with opened as (
    select
        months.month,
        months.is_complete,
        receivables.customer_id,
        receivables.currency,
        receivables.kind,
        receivables.record_id,
        {{ local_date("receivables.due_at") }} as due_date,
        greatest(months.last_day - {{ local_date("receivables.due_at") }}, 0) as overdue_days,
        {{ minor_to_usd("receivables.balance_minor", "rates.units_per_minor", "rates.closing_rate") }} as balance_usd
    from {{ ref("dim_month") }} as months
    inner join {{ ref("fct_receivable") }} as receivables
        on receivables.valid_from < months.closes_at
        and (receivables.valid_to is null or receivables.valid_to >= months.closes_at)
    inner join {{ ref("dim_month_rate") }} as rates
        on months.month = rates.month and receivables.currency = rates.currency
),

final as (
    select
        opened.month,
        opened.is_complete,
        opened.record_id,
        'stripe' as source,
        opened.kind,
        opened.due_date,
        opened.overdue_days,
        opened.customer_id,
        coalesce(customers.customer_name, opened.customer_id) as customer_name,
        case
            when opened.kind = 'credit' then 'Credit'
            when opened.kind = 'dispute' then 'Disputed'
            when opened.overdue_days = 0 then 'Current'
            when opened.overdue_days <= 30 then '1-30'
            when opened.overdue_days <= 60 then '31-60'
            when opened.overdue_days <= 90 then '61-90'
            else 'Over 90'
        end as bucket,
        coalesce(customers.country, 'Unknown') as country,
        {{ region_of("coalesce(customers.country, 'Unknown')") }} as region,
        opened.currency,
        case when opened.kind = 'invoice' then opened.balance_usd else 0 end as receivable_usd,
        case when opened.kind = 'invoice' and opened.overdue_days > 0 then opened.balance_usd else 0 end as overdue_usd,
        case when opened.kind = 'credit' then opened.balance_usd else 0 end as credit_usd,
        case when opened.kind = 'dispute' then opened.balance_usd else 0 end as disputed_usd
    from opened
    left join {{ ref("dim_customer") }} as customers on opened.customer_id = customers.customer_id
)

select * from final
