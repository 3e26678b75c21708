-- One row per month and country: the accounts that were opened in the product.
{{ config(materialized="live_table") }}

with final as (
    select month, is_complete, country, region, sum(accounts_count) as accounts_count
    from {{ ref("account_record_month") }}
    group by month, is_complete, country, region
)

select * from final
