{#- Counts a freshly made table for the planner, which would otherwise guess until autovacuum comes by. -#}
{% macro analyze_table() -%}
    {%- if config.get("materialized") in ("table", "live_table") -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}
