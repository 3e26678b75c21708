-- In dollars, which need no rate, the daily series closes each complete month as the certified figure does.
with daily as (
    select months.month, sum(spans.mrr_minor) as mrr_minor
    from {{ ref("dim_month") }} as months
    inner join {{ ref("mrr_daily_change") }} as spans
        on spans.day <= months.last_day and spans.next_day > months.last_day
    where months.is_complete and spans.currency = 'usd'
    group by months.month
),

monthly as (
    select month, sum(closing_minor) as mrr_minor from {{ ref("mrr_customer_month") }}
    where is_complete and currency = 'usd'
    group by month
)

select monthly.month, monthly.mrr_minor, daily.mrr_minor as daily_minor
from monthly
full join daily on monthly.month = daily.month
where coalesce(monthly.mrr_minor, 0) <> coalesce(daily.mrr_minor, 0)
