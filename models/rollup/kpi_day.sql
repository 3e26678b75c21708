-- One row per daily series and complete local day since the series began; a day without events is a zero.
{{ config(materialized="live_table") }}

with firsts as (
    select customer_id, min(valid_from) as first_mrr_at from {{ ref("fct_mrr_segment") }}
    where mrr_minor > 0 and valid_from < {{ as_of() }}
    group by customer_id
),

counted as (
    select 'new_customers' as unique_id, {{ local_date("first_mrr_at") }} as day, count(*) as y from firsts
    group by 2
    union all
    -- By the same records as the certified figures of a month.
    select 'payments_count', charged_date, count(*) from {{ ref("payment_record_month") }}
    where failed_count = 0
    group by 2
    union all
    select 'payments_failed', charged_date, count(*) from {{ ref("payment_record_month") }}
    where failed_count = 1
    group by 2
    union all
    select 'payments_usd', charged_date, sum(received_usd) from {{ ref("payment_record_month") }}
    where failed_count = 0
    group by 2
    union all
    select 'signups', created_date, sum(accounts_count) from {{ ref("account_record_month") }}
    group by 2
    union all
    select 'leads', created_date, count(*) from {{ ref("fct_lead") }}
    group by 2
),

bounds as (
    select unique_id, min(day) as first_day from counted
    group by unique_id
),

-- Cash is known up to the last day on which every account that is not closed sent its balance itself.
cash_ends as (
    select min(last_day) as last_day
    from (
        select max(balance_date) as last_day from {{ ref("fct_cash_balance") }}
        group by bank_account
        having (array_agg(balance order by day desc))[1] is distinct from 0
    ) as accounts
),

final as (
    select bounds.unique_id, cast(series.day as date) as ds, coalesce(counted.y, 0) as y
    from bounds
    cross join lateral generate_series(
        cast(bounds.first_day as timestamp), cast({{ first_open_day() }} - 1 as timestamp), interval '1 day'
    ) as series (day)
    left join counted on bounds.unique_id = counted.unique_id and cast(series.day as date) = counted.day
    union all
    select 'mrr_usd', day, mrr_usd from {{ ref("mrr_daily") }}
    union all
    select 'cash_usd', day, sum(balance_usd) from {{ ref("fct_cash_balance") }}
    where day < {{ first_open_day() }} and day <= coalesce((select cash_ends.last_day from cash_ends), day)
    group by day
    having count(*) = count(balance_usd)
)

select * from final
