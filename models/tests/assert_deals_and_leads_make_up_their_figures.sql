-- Deals and leads by name make up what is open, expected, won, lost, opened and credited, and how many leads came.
with legs as (
    select 'open' as figure, month, rep, deal_type, country, lead_source, deal_size, open_deals_count as number, open_pipeline_usd as usd
    from {{ ref("pipeline_month") }}
    union all
    select 'stale', month, rep, deal_type, country, lead_source, deal_size, stale_deals_count, stale_pipeline_usd
    from {{ ref("pipeline_month") }}
    union all
    select 'won', month, rep, deal_type, country, lead_source, deal_size, won_deals_count, won_amount_usd
    from {{ ref("deals_month") }}
    union all
    select 'lost', month, rep, deal_type, country, lead_source, deal_size, lost_deals_count, 0
    from {{ ref("deals_month") }}
    union all
    select 'created', month, rep, deal_type, country, lead_source, deal_size, created_deals_count, 0
    from {{ ref("deals_created_month") }}
    union all
    select 'expected', month, rep, deal_type, '', '', '', expected_deals_count, expected_usd
    from {{ ref("forecast_month") }}
    union all
    select 'credited', month, rep, '', '', '', '', 0, credited_usd from {{ ref("quota_month") }}
    union all
    select 'came', month, '', '', country, lead_source, '', leads_count + duplicates_count, 0 from {{ ref("leads_month") }}
    union all
    select 'qualified', month, '', '', country, lead_source, '', qualified_leads_count, 0 from {{ ref("leads_month") }}
    union all
    select list, month, rep, deal_type, country, lead_source, deal_size, -1, -amount_usd
    from {{ ref("deal_record_month") }}
    where list = 'open'
    union all
    select 'stale', month, rep, deal_type, country, lead_source, deal_size, -1, -amount_usd
    from {{ ref("deal_record_month") }}
    where list = 'open' and is_stale
    union all
    select
        case when is_won then 'won' else 'lost' end, month, rep, deal_type, country, lead_source, deal_size, -1,
        case when is_won then -amount_usd else 0 end
    from {{ ref("deal_record_month") }}
    where list = 'closed'
    union all
    select list, month, rep, deal_type, country, lead_source, deal_size, -1, 0 from {{ ref("deal_record_month") }}
    where list = 'created'
    union all
    select list, month, rep, deal_type, '', '', '', -1, -amount_usd from {{ ref("deal_record_month") }}
    where list = 'expected'
    union all
    select list, month, rep, '', '', '', '', 0, -credited_usd from {{ ref("deal_record_month") }}
    where list = 'credited'
    union all
    select list, month, '', '', country, lead_source, '', -1, 0 from {{ ref("lead_record_month") }}
)

select figure, month, rep, deal_type, country, lead_source, deal_size
from legs
group by figure, month, rep, deal_type, country, lead_source, deal_size
having sum(number) <> 0 or sum(usd) <> 0
