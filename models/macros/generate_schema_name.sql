{#- The schema of a model is its folder: staging, core, rollup, or mart_<role> for marts/<role>/. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set parts = node.original_file_path.split("/") -%}
    {%- if node.resource_type != "model" -%}
        {{ target.schema }}
    {%- elif parts[0] == "marts" -%}
        mart_{{ parts[1] }}
    {%- else -%}
        {{ parts[0] }}
    {%- endif -%}
{%- endmacro %}
