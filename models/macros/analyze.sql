{#- Counts a freshly made table for the planner, which would otherwise guess until autovacuum comes by. -#}
{% macro analyze_table() -%}
    {%- if config.get("materialized") == "table" -%}
        analyze {{ this }}
    {%- elif config.get("materialized") == "live_table" -%}
        analyze {{ next_of(this) }}
    {%- endif -%}
{%- endmacro %}
