{#- Counts a freshly made table for the planner, which would otherwise guess until autovacuum comes by. It looks at 6,000
    rows: the 30,000 that Postgres would by itself take longer than making most tables does. -#}
{% macro analyze_table() -%}
    {%- set kind = config.get("materialized").removeprefix("sliced_") -%}
    {%- if kind in ("table", "live_table") -%}
        set local default_statistics_target = 20;
        analyze {{ next_of(this) if kind == "live_table" else this }}
    {%- endif -%}
{%- endmacro %}
