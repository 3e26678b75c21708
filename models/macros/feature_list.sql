{#- A list of features as text[], from a text that a tap made of it: ["a", "b"] or ['a', 'b'], names without spaces. -#}
{% macro feature_list(column) -%}
    string_to_array(nullif(translate({{ column }}, '[]"'' ', ''), ''), ',')
{%- endmacro %}
