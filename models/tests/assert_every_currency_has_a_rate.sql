-- No money is left out because its exchange rate is not known.
with used as (
    select currency from {{ ref("fct_mrr_segment") }}
    union
    select currency from {{ ref("fct_invoice") }}
    union
    select currency from {{ ref("fct_payment") }}
    union
    select currency from {{ ref("stg_files__bank_balances") }}
    union
    select currency from {{ ref("stg_files__costs") }}
    union
    select currency from {{ ref("stg_google_ads__accounts") }}
)

select used.currency
from used
left join {{ ref("dim_exchange_rate") }} as rates on used.currency = rates.currency
where rates.currency is null
