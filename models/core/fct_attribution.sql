-- One row per deal, rule of attribution and touch with credit: millionths of the deal, which add up to one.
{{ config(materialized="table", meta={"reference": true}) }}

with people as (
    select distinct opportunity_id, {{ person_id("email") }} as person_id
    from {{ ref("stg_salesforce__leads") }}
    where not is_deleted and opportunity_id is not null and trim(email) <> ''
),

reached as (
    select
        deals.opportunity_id,
        touches.touchpoint_id,
        touches.channel,
        touches.campaign,
        row_number() over (
            partition by deals.opportunity_id order by touches.touched_at, touches.touchpoint_id
        ) as place,
        count(*) over (partition by deals.opportunity_id) as touches_count,
        extract(epoch from deals.created_at - touches.touched_at) / 86400 as age_days
    from {{ ref("fct_conversion") }} as deals
    inner join people on deals.opportunity_id = people.opportunity_id
    inner join {{ ref("fct_touchpoint") }} as touches on people.person_id = touches.person_id
    where
        touches.touched_at <= deals.created_at
        and touches.touched_at >= deals.created_at - interval '1 hour' * 24 * {{ var("attribution_lookback_days") }}
),

weighed as (
    {% for model in attribution_models() %}
    select
        *,
        '{{ model }}' as model,
        cast({{ {
            "first touch": "case when place = 1 then 1 else 0 end",
            "last touch": "case when place = touches_count then 1 else 0 end",
            "linear": "1",
            "position": "case when touches_count <= 2 then 1 when place in (1, touches_count) then 2 * (touches_count - 2) else 1 end",
            "time decay": "power(0.5, age_days / " ~ var("attribution_half_life_days") ~ ")",
        }[model] }} as numeric) as weight
    from reached
    {{ "union all" if not loop.last }}
    {% endfor %}
),

exact as (
    select *, 1000000 * weight / sum(weight) over (partition by opportunity_id, model) as millionths
    from weighed
    where weight > 0
),

final as (
    select
        opportunity_id,
        model,
        touchpoint_id,
        place,
        channel,
        campaign,
        {{ largest_remainder("millionths", "1000000", "opportunity_id, model", "place") }} as credit_millionths
    from exact
    union all
    select
        deals.opportunity_id,
        models.model,
        null,
        1,
        {{ unattributed() }},
        {{ unattributed() }},
        1000000
    from {{ ref("fct_conversion") }} as deals
    cross join (values ('{{ attribution_models() | join("'), ('") }}')) as models (model)
    where not exists (select 1 from reached where reached.opportunity_id = deals.opportunity_id)
)

select * from final
