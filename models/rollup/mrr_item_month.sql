-- One row per month, customer, currency, product, plan and item of a subscription (or contract): its part of MRR.
{{ config(materialized="sliced_live_table", indexes=[{"columns": ["month"]}, {"columns": ["customer_id"]}]) }}

-- What all items up to this one make, unrounded; the last one takes what is left of the row that they make up.
with placed as (
    select
        items.*,
        rates.units_per_minor * rates.opening_rate as at_opening,
        rates.units_per_minor * rates.closing_rate as at_closing,
        lead(items.record_id) over life is null as is_last,
        coalesce(sum(items.opening_minor) over before, 0) as opening_before,
        coalesce(sum(items.closing_minor) over before, 0) as closing_before,
        coalesce(sum(items.committed_minor) over before, 0) as committed_before,
        coalesce(sum(items.past_due_minor) over before, 0) as past_due_before
    from {{ ref("mrr_item") }} as items
    inner join {{ ref("dim_month_rate") }} as rates
        on items.month = rates.month and items.currency = rates.currency
    window
        life as (
            partition by
                items.month, items.customer_id, items.currency, items.product, items.plan, items.is_within_month
            order by items.record_id, items.subscription_id
        ),
        before as (life rows between unbounded preceding and 1 preceding)
),

-- Named before they are joined, while the planner knows how many there are: no loop over customers for each row.
rows_of as materialized (
    select moves.*, coalesce(customers.customer_name, moves.customer_id) as customer_name
    from {{ ref("mrr_customer_month") }} as moves
    left join {{ ref("dim_customer") }} as customers on moves.customer_id = customers.customer_id
),

parts as (
    select
        rows_of.*,
        placed.source,
        placed.subscription_id,
        placed.record_id,
        placed.since_at,
        {% for name, rate in [
            ("opening", "at_opening"), ("closing", "at_closing"), ("committed", "at_closing"), ("past_due", "at_closing")
        ] -%}
        {{ part_of("rows_of." ~ name ~ "_mrr_usd", "placed." ~ name ~ "_before", "placed." ~ name ~ "_minor",
            "placed." ~ rate, "placed.is_last") }} as {{ name }}_part_usd,
        {% endfor -%}
        {{ part_of(
            "(rows_of.new_usd + rows_of.reactivation_usd + rows_of.expansion_usd - rows_of.contraction_usd - rows_of.churn_usd)",
            "(placed.closing_before - placed.opening_before)", "(placed.closing_minor - placed.opening_minor)",
            "placed.at_opening", "placed.is_last"
        ) }} as moved_usd
    from rows_of
    inner join placed
        on rows_of.month = placed.month
        and rows_of.customer_id = placed.customer_id
        and rows_of.currency = placed.currency
        and rows_of.product = placed.product
        and rows_of.plan = placed.plan
        and rows_of.is_within_month = placed.is_within_month
),

final as (
    select
        parts.month,
        parts.is_complete,
        parts.record_id,
        case when parts.source = 'contract' then 'files' else parts.source end as source,
        parts.subscription_id,
        {{ local_date("parts.since_at") }} as since_date,
        parts.customer_id,
        parts.customer_name,
        parts.product,
        parts.plan,
        parts.country,
        {{ region_of("parts.country") }} as region,
        parts.currency,
        parts.movement,
        parts.opening_part_usd as opening_mrr_usd,
        {% for movement, column, sign in [
            ("new", "new_usd", ""), ("reactivation", "reactivation_usd", ""), ("expansion", "expansion_usd", ""),
            ("contraction", "contraction_usd", "-"), ("churn", "churn_usd", "-")
        ] -%}
        case
            when parts.is_within_month then parts.{{ column }}
            when parts.movement = '{{ movement }}' then {{ sign }}parts.moved_usd
            else 0
        end as {{ column }},
        {% endfor -%}
        case
            when parts.is_within_month then parts.contraction_usd + parts.churn_usd
            when parts.movement in ('contraction', 'churn') then -parts.moved_usd
            else 0
        end as lost_usd,
        case
            when parts.is_within_month then parts.fx_usd
            else parts.closing_part_usd - parts.opening_part_usd - parts.moved_usd
        end as fx_usd,
        parts.closing_part_usd as closing_mrr_usd,
        parts.committed_part_usd as committed_mrr_usd,
        parts.past_due_part_usd as past_due_mrr_usd
    from parts
)

select * from final
