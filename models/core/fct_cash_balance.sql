-- One row per bank account and local day from its first balance on: the latest balance, in dollars, while it is known.
{{ config(materialized="table", meta={"reference": true}) }}

with balances as (
    select distinct on (bank_account, balance_date) bank_account, currency, balance_date, balance
    from {{ ref("stg_files__bank_balances") }}
    where balance_date <= {{ as_of_day() }}
    order by bank_account, balance_date, balance
),

spans as (
    select
        *,
        coalesce(
            lead(balance_date) over (partition by bank_account order by balance_date), {{ as_of_day() }} + 1
        ) as next_date
    from balances
),

-- Weekends and holidays are bridged; after five days nobody knows. An account that was left at 0 is closed.
days as (
    select
        spans.bank_account,
        spans.currency,
        spans.balance_date,
        case when cast(series.day as date) - spans.balance_date <= 5 or spans.balance = 0 then spans.balance end
            as balance,
        cast(series.day as date) as day
    from spans
    cross join lateral generate_series(
        cast(spans.balance_date as timestamp), cast(spans.next_date - 1 as timestamp), interval '1 day'
    ) as series (day)
),

rates as (
    select * from {{ ref("dim_exchange_rate") }}
),

final as (
    select
        days.bank_account,
        days.day,
        days.currency,
        days.balance_date,
        days.balance,
        round(days.balance * rates.usd_per_unit, 2) as balance_usd
    from days
    left join rates on days.currency = rates.currency and days.day = rates.day
)

select * from final
