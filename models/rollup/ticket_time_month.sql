-- One row per month, cut and part: medians and ninth deciles of how long the first replies and solutions of the month took.
{{ config(materialized="live_table") }}

with took as (
    select
        happenings.kind,
        {{ month_of(local_date("happenings.at")) }} as month,
        dense_rank() over (order by cuts.cut, cuts.part) as cut_number,
        cuts.cut,
        cuts.part,
        happenings.seconds,
        happenings.business_seconds
    from {{ ref("fct_ticket") }} as tickets
    cross join lateral (values
        (
            'reply', tickets.first_replied_at, tickets.first_reply_seconds, tickets.first_reply_business_seconds
        ),
        ('solution', tickets.solved_at, tickets.resolution_seconds, tickets.resolution_business_seconds)
    ) as happenings (kind, at, seconds, business_seconds)
    cross join lateral {{ ticket_cuts("tickets") }}
    where happenings.at is not null
),

-- Numbers in place of names, since they are sorted by the ten thousand. A ninth decile is a time that was taken: a whole number.
middles as (
    select
        kind,
        month,
        cut_number,
        percentile_cont(0.5) within group (order by seconds) as median_seconds,
        percentile_disc(0.9) within group (order by seconds) as p90_seconds,
        percentile_cont(0.5) within group (order by business_seconds) as median_business_seconds,
        percentile_disc(0.9) within group (order by business_seconds) as p90_business_seconds
    from took
    group by kind, month, cut_number
),

final as (
    select
        months.month,
        months.is_complete,
        names.cut,
        names.part,
        {% for name in ticket_dimensions() -%}
        case when names.cut = '{{ name }}' then names.part end as {{ name }},
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
    inner join (select distinct cut_number, cut, part from took) as names on middles.cut_number = names.cut_number
    inner join {{ ref("dim_month") }} as months on middles.month = months.month
    group by months.month, months.is_complete, names.cut, names.part
)

select * from final
