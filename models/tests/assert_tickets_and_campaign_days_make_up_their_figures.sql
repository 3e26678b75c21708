-- Tickets make up what came, was solved and is open; the days of campaigns what advertising cost and brought.
with legs as (
    select 'created' as figure, month, support_group as part, country, created_count as number from {{ ref("ticket_month") }}
    union all
    select 'solved', month, support_group, country, solved_count from {{ ref("ticket_month") }}
    union all
    select 'reopening', month, support_group, country, reopenings_count from {{ ref("ticket_month") }}
    union all
    select 'open', month, support_group, country, open_count from {{ ref("ticket_month") }}
    union all
    select list, month, support_group, country, -1 from {{ ref("ticket_record_month") }}
    where list in ('created', 'solved', 'reopening', 'open')
    union all
    select 'advertising', month, platform, campaign, spend_usd + impressions_count + clicks_count from {{ ref("ad_month") }}
    union all
    select 'advertising', month, platform, campaign, -spend_usd - impressions_count - clicks_count
    from {{ ref("ad_record_month") }}
)

select figure, month, part, country
from legs
group by figure, month, part, country
having sum(number) <> 0
