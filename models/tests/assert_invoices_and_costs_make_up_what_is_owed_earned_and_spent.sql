-- Invoices, their lines, contracts and lines of costs make up what is owed, earned and spent, by what each is cut by.
with legs as (
    select 'owed' as figure, month, bucket as part, country, currency, receivable_usd + credit_usd + disputed_usd as amount_usd
    from {{ ref("receivable_month") }}
    union all
    select 'owed', month, bucket, country, currency, -receivable_usd - credit_usd - disputed_usd
    from {{ ref("receivable_record_month") }}
    union all
    select 'overdue', month, bucket, country, currency, overdue_usd from {{ ref("receivable_month") }}
    union all
    select 'overdue', month, bucket, country, currency, -overdue_usd from {{ ref("receivable_record_month") }}
    union all
    select 'invoiced', month, product || plan, country, currency, invoiced_revenue_usd from {{ ref("revenue_month") }}
    union all
    select 'recognized', month, product || plan, country, currency, recognized_revenue_usd
    from {{ ref("revenue_month") }}
    union all
    select list, month, product || plan, country, currency, -amount_usd from {{ ref("revenue_record_month") }}
    union all
    select 'spent', month, department || category, product, '', spend_usd from {{ ref("spend_month") }}
    union all
    select 'spent', month, department || category, product, '', -amount_usd from {{ ref("cost_record_month") }}
    where list = 'spent'
    union all
    select 'cost of revenue', month, '', product, '', cost_of_revenue_usd from {{ ref("revenue_month") }}
    union all
    select 'cost of revenue', month, '', product, '', -amount_usd from {{ ref("cost_record_month") }}
    where list = 'cost of revenue'
)

select figure, month, part, country, currency
from legs
group by figure, month, part, country, currency
having sum(amount_usd) <> 0
