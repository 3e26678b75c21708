-- One row per local calendar month, from the first thing known to the month that holds as_of.
{{ config(materialized="table", meta={"reference": true, "only_dates": true}) }}

with firsts as (
    select min({{ local_date("created_at") }}) as first_day from {{ ref("stg_stripe__invoices") }}
    union all
    select min({{ local_date("period_starts_at") }}) from {{ ref("stg_stripe__invoice_lines") }}
    union all
    select min({{ local_date("created_at") }}) from {{ ref("stg_stripe__charges") }}
    union all
    select min({{ local_date("created_at") }}) from {{ ref("stg_production__accounts") }}
    where removed_at is null and not is_internal and created_at >= '2000-01-01'  -- not a clock's zero
    union all
    select min(start_date) from {{ ref("stg_files__contracts") }}
    union all
    select min(balance_date) from {{ ref("stg_files__bank_balances") }}
    union all
    select min(month) from {{ ref("stg_files__costs") }}
    union all
    select min({{ local_date("created_at") }}) from {{ ref("stg_salesforce__opportunities") }}
    union all
    select min({{ local_date("created_at") }}) from {{ ref("stg_salesforce__leads") }}
    union all
    select min({{ local_date("created_at") }}) from {{ ref("stg_zendesk__tickets") }} where not is_deleted
    union all
    select {{ as_of_day() }}
),

months as (
    select {{ month_of("series.day") }} as month
    from generate_series(
        (select cast({{ month_of("min(firsts.first_day)") }} as timestamp) from firsts),
        cast({{ month_of(as_of_day()) }} as timestamp),
        interval '1 month'
    ) as series (day)
),

bounded as (
    select
        month,
        cast(month + interval '1 month' as date) as next_month,
        {{ local_midnight("month") }} as opens_at,
        {{ local_midnight("month + interval '1 month'") }} as month_ends_at
    from months
),

final as (
    select
        month,
        next_month,
        cast(month - interval '1 month' as date) as previous_month,
        opens_at,
        least(month_ends_at, {{ as_of() }}) as closes_at,
        month_ends_at,
        least(next_month - 1, {{ as_of_day() }}) as last_day,
        month_ends_at <= {{ as_of() }} as is_complete
    from bounded
)

select * from final
