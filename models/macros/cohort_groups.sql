{#- Cohorts put together: all of them, those of a year, those of a quarter. Of each group the rows of the CTE, which has
    cohort_month, beside the name of the group (`cohort`) and of what it is one of (`cut`). -#}
{% macro cohort_groups(cells) -%}
    select 'whole' as cut, 'all' as cohort, {{ cells }}.* from {{ cells }}
    union all
    select 'cohort_year', to_char(cohort_month, 'YYYY'), {{ cells }}.* from {{ cells }}
    union all
    select 'cohort_quarter', to_char(cohort_month, 'YYYY"-Q"Q'), {{ cells }}.* from {{ cells }}
{%- endmacro %}
