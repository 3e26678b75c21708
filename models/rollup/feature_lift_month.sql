-- One row per followed month and feature: how much oftener adopters came again than others, within a 95 % band.
{{ config(materialized="live_table") }}

with counted as (
    select
        month,
        is_complete,
        feature,
        product,
        count(*) filter (where adoption = 'Adopters') as adopters_count,
        count(retained_user_id) filter (where adoption = 'Adopters') as retained_adopters_count,
        count(*) filter (where adoption = 'Others') as others_count,
        count(retained_user_id) filter (where adoption = 'Others') as retained_others_count
    from {{ ref("feature_retention_month") }}
    group by month, is_complete, feature, product
),

parts as (
    select
        *,
        cast(retained_adopters_count as numeric) / nullif(adopters_count, 0) as adopters_part,
        cast(retained_others_count as numeric) / nullif(others_count, 0) as others_part
    from counted
),

-- Wilson's interval of each part, joined as Newcombe does: sound for small groups and for parts near 1.
bounded as (
    select
        *,
        {{ wilson("adopters_part", "adopters_count", "-") }} as adopters_low,
        {{ wilson("adopters_part", "adopters_count", "+") }} as adopters_high,
        {{ wilson("others_part", "others_count", "-") }} as others_low,
        {{ wilson("others_part", "others_count", "+") }} as others_high
    from parts
),

final as (
    select
        month,
        is_complete,
        feature,
        product,
        adopters_count,
        retained_adopters_count,
        others_count,
        retained_others_count,
        round(adopters_part - others_part, 6) as retention_lift,
        round(
            adopters_part - others_part
            - sqrt(power(adopters_part - adopters_low, 2) + power(others_high - others_part, 2)), 6
        ) as retention_lift_low,
        round(
            adopters_part - others_part
            + sqrt(power(adopters_high - adopters_part, 2) + power(others_part - others_low, 2)), 6
        ) as retention_lift_high,
        case
            when adopters_count = 0 then 'nobody had adopted the feature'
            when others_count = 0 then 'everybody had adopted the feature'
        end as why_null
    from bounded
)

select * from final
