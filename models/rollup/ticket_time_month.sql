-- One row per month, cut and part: medians and ninth deciles of how long the first replies and solutions of the month took.
{{ config(materialized="live_table") }}

-- Materialized, so that a local month is worked out once, and not for each cut.
with took as materialized (
    select
        happenings.kind,
        {{ month_of(local_date("happenings.at")) }} as month,
        happenings.seconds,
        happenings.business_seconds,
        {{ ticket_columns("tickets") }}
    from {{ ref("fct_ticket") }} as tickets
    cross join lateral (values
        (
            'reply', tickets.first_replied_at, tickets.first_reply_seconds, tickets.first_reply_business_seconds
        ),
        ('solution', tickets.solved_at, tickets.resolution_seconds, tickets.resolution_business_seconds)
    ) as happenings (kind, at, seconds, business_seconds)
    where happenings.at is not null
),

-- A ninth decile is a time that was taken: a whole number.
middles as (
    select
        took.kind,
        took.month,
        cuts.cut,
        cuts.part,
        percentile_cont(0.5) within group (order by took.seconds) as median_seconds,
        percentile_disc(0.9) within group (order by took.seconds) as p90_seconds,
        percentile_cont(0.5) within group (order by took.business_seconds) as median_business_seconds,
        percentile_disc(0.9) within group (order by took.business_seconds) as p90_business_seconds
    from took
    cross join lateral {{ ticket_cuts("took") }}
    group by took.kind, took.month, cuts.cut, cuts.part
),

final as (
    select
        months.month,
        months.is_complete,
        middles.cut,
        middles.part,
        {% for name in ticket_dimensions() -%}
        case when middles.cut = '{{ name }}' then middles.part end as {{ name }},
        {% endfor -%}
        {% for kind, named in [("reply", "first_reply"), ("solution", "resolution")] -%}
        {% for column in ["median_seconds", "p90_seconds", "median_business_seconds", "p90_business_seconds"] -%}
        max({{ in_hours("middles." ~ column) }}) filter (where middles.kind = '{{ kind }}')
            as {{ named }}_{{ column | replace("seconds", "hours") }},
        {% endfor -%}
        case
            when not bool_or(middles.kind = '{{ kind }}') then
                {%- if kind == "reply" %} 'nobody got a first reply' {%- else %} 'nothing was solved' {%- endif %}
        end as {{ named }}_note{{ "," if not loop.last }}
        {% endfor %}
    from middles
    inner join {{ ref("dim_month") }} as months on middles.month = months.month
    group by months.month, months.is_complete, middles.cut, middles.part
)

select * from final
