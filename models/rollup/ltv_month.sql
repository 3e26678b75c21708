-- One row per month and group of cohorts (all, a year's, a quarter's): lifetime value with its band, and what it cost to win.
{{ config(materialized="live_table") }}

with survival as (
    select
        month,
        cut,
        cohort,
        age,
        cast(at_risk_count as double precision) as at_risk_count,
        cast(lost_count as double precision) as lost_count,
        cast(survival as double precision) as survival,
        cast(variance as double precision) as variance
    from {{ ref("survival_month") }}
    where at_risk_count >= {{ var("least_customers") }}
),

-- Beyond the ages that enough customers have reached, they leave at the mean rate seen so far, if any has left at all.
observed as (
    select
        month,
        cut,
        cohort,
        max(age) as last_age,
        sum(lost_count) / sum(at_risk_count) as monthly_loss,
        sum(lost_count) as lost_count,
        sum(lost_count) / nullif(sum(at_risk_count) * (sum(at_risk_count) - sum(lost_count)), 0) as loss_variance
    from survival
    group by month, cut, cohort
),

curves as (
    select
        observed.month,
        observed.cut,
        observed.cohort,
        ages.age,
        survival.survival * power(1 - observed.monthly_loss, greatest(ages.age - observed.last_age, 0)) as survival,
        1.96 * sqrt(
            survival.variance + power(greatest(ages.age - observed.last_age, 0), 2) * coalesce(observed.loss_variance, 0)
        ) as spread,
        power(cast(1 + {{ var("ltv_discount_rate") }} as double precision), -ages.age / 12.0) as discount
    from observed
    cross join generate_series(0, {{ var("ltv_months") }} - 1) as ages (age)
    inner join survival
        on observed.month = survival.month and observed.cut = survival.cut and observed.cohort = survival.cohort
        and least(ages.age, observed.last_age) = survival.age
    where observed.lost_count > 0 or ages.age <= observed.last_age
),

lasting as (
    select
        month,
        cut,
        cohort,
        sum(survival * discount) as months_count,
        sum(survival * exp(-spread) * discount) as months_low,
        sum(least(survival * exp(spread), 1) * discount) as months_high
    from curves
    group by month, cut, cohort
),

worths as (
    select
        *,
        -- What loses money with each customer has no lifetime value, and no band.
        arpa_usd * case when gross_margin > 0 then gross_margin end as profit_usd
    from {{ ref("cohort_worth_month") }}
),

final as (
    select
        worths.month,
        true as is_complete,
        worths.cut,
        case when worths.cut = 'cohort_year' then worths.cohort end as cohort_year,
        case when worths.cut = 'cohort_quarter' then worths.cohort end as cohort_quarter,
        worths.customers_count,
        worths.arpa_usd,
        worths.gross_margin,
        observed.last_age as observed_months,
        round(cast(observed.monthly_loss as numeric), 12) as monthly_loss,
        coalesce(observed.lost_count = 0, false) as is_lower_bound,
        round(worths.profit_usd * cast(lasting.months_count as numeric), 2) as ltv_usd,
        round(worths.profit_usd * cast(lasting.months_low as numeric), 2) as ltv_low_usd,
        -- Where nobody has left yet there is no telling how much more it may be.
        case
            when observed.lost_count > 0
                then round(worths.profit_usd * cast(lasting.months_high as numeric), 2)
        end as ltv_high_usd,
        worths.cac_usd,
        case
            when worths.customers_count < {{ var("least_customers") }} or observed.last_age is null
                then 'fewer than {{ var("least_customers") }} customers: no point value'
            when worths.arpa_usd is null then 'none of its customers pays any more'
            when worths.gross_margin is null then 'the costs of the month have not come'
            when worths.gross_margin <= 0 then 'the gross margin is not above zero'
        end as ltv_note,
        case when observed.lost_count = 0 then 'no churn seen: a lower bound, without an upper one' end as bound_note,
        worths.cac_note
    from worths
    left join observed
        on worths.month = observed.month and worths.cut = observed.cut and worths.cohort = observed.cohort
    left join lasting
        on worths.month = lasting.month and worths.cut = lasting.cut and worths.cohort = lasting.cohort
),

compared as (
    select
        *,
        round(ltv_usd / nullif(cac_usd, 0), 4) as ltv_to_cac,
        round(ltv_low_usd / nullif(cac_usd, 0), 4) as ltv_to_cac_low,
        round(ltv_high_usd / nullif(cac_usd, 0), 4) as ltv_to_cac_high,
        coalesce(ltv_note, bound_note) as ltv_high_note,
        coalesce(ltv_note, cac_note) as ltv_to_cac_note,
        coalesce(ltv_note, cac_note, bound_note) as ltv_to_cac_high_note
    from final
)

select * from compared
