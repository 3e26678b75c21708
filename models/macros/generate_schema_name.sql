{#- The schema of a model is its folder: staging, core, rollup, or mart_<role> for marts/<role>/; that of a
    rehearsal begins with rehearsal_. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- set parts = node.original_file_path.split("/") -%}
    {%- if node.resource_type != "model" -%}
        {{ target.schema }}
    {%- elif parts[0] == "marts" -%}
        {{ "rehearsal_" if is_rehearsal() else "" }}mart_{{ parts[1] }}
    {%- else -%}
        {{ "rehearsal_" if is_rehearsal() else "" }}{{ parts[0] }}
    {%- endif -%}
{%- endmacro %}
