{#- The business instant the figures speak about: the variable `as_of`, else PLUMBLINE_DBT_AS_OF. It is read when SQL is
    made, not when the project is parsed: dbt would parse everything anew for each new instant. -#}
{% macro as_of() -%}
    timestamptz '{{ var("as_of", none) or (env_var("PLUMBLINE_DBT_AS_OF") if execute else "1970-01-01T00:00:00+00:00") }}'
{%- endmacro %}


{#- The local date of an instant, in the reporting time zone. -#}
{% macro local_date(instant) -%}
    cast(({{ instant }}) at time zone '{{ var("reporting_timezone") }}' as date)
{%- endmacro %}


{#- The first local day of the month of a date. -#}
{% macro month_of(day) -%}
    cast(date_trunc('month', cast({{ day }} as timestamp)) as date)
{%- endmacro %}


{#- The instant at which a local day begins. -#}
{% macro local_midnight(day) -%}
    (cast(({{ day }}) as timestamp) at time zone '{{ var("reporting_timezone") }}')
{%- endmacro %}


{#- The last local day that has begun before as_of: a close at midnight belongs to the day before. -#}
{% macro as_of_day() -%}
    {{ local_date(as_of() ~ " - interval '1 microsecond'") }}
{%- endmacro %}


{#- The first local day not yet complete at as_of. -#}
{% macro first_open_day() -%}
    {{ local_date(as_of()) }}
{%- endmacro %}


{#- An instant kept in JSON: epoch seconds as Stripe sends it, or ISO text as the tap writes it (UTC). -#}
{% macro json_instant(value) -%}
    case
        when {{ value }} ~ '^[0-9]+$' then to_timestamp(cast({{ value }} as bigint))
        when {{ value }} ~ '(Z|[+-][0-9]{2}:?[0-9]{2})$' then cast({{ value }} as timestamptz)
        else cast({{ value }} as timestamp) at time zone 'UTC'
    end
{%- endmacro %}
