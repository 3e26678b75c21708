{#- Seconds of office hours between two instants, over nights, weekends, holidays and changes of the clock; null where one
    of them is. Both are looked up in core.dim_support_hours, which says how much had been worked before each stretch. -#}
{% macro business_seconds(since, until) -%}
    case when {{ since }} is not null and {{ until }} is not null
        then cast({{ worked_until(until) }} - {{ worked_until(since) }} as bigint)
    end
{%- endmacro %}


{#- Seconds of office hours from the first stretch that is known to an instant. -#}
{% macro worked_until(instant) -%}
    coalesce((
        select
            hours.worked_before_seconds + extract(epoch from least({{ instant }}, hours.closes_at) - hours.opens_at)
        from {{ ref("dim_support_hours") }} as hours
        where hours.opens_at <= {{ instant }}
        order by hours.opens_at desc
        limit 1
    ), 0)
{%- endmacro %}


{% macro ticket_dimensions() -%}
    {%- do return(["priority", "channel", "support_group", "product", "plan", "country", "region"]) -%}
{%- endmacro %}


{#- What tickets are cut by, as columns of a relation. -#}
{% macro ticket_columns(relation) -%}
    {%- for name in ticket_dimensions() %}
    {{ relation }}.{{ name }}{{ "," if not loop.last }}
    {%- endfor -%}
{%- endmacro %}


{#- Lateral values of what tickets are cut by, one at a time, and of all of them: `whole`. -#}
{% macro ticket_cuts(relation) -%}
    (values
        ('whole', 'all'),
    {%- for name in ticket_dimensions() %}
        ('{{ name }}', {{ relation }}.{{ name }}){{ "," if not loop.last }}
    {%- endfor %}
    ) as cuts (cut, part)
{%- endmacro %}


{#- Seconds as hours, to the hundredth. -#}
{% macro in_hours(seconds) -%}
    round(cast({{ seconds }} as numeric) / 3600, 2)
{%- endmacro %}
