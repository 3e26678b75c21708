{#- The first reason that holds why a figure is not known; null where none does. reasons: [[condition, words], …]. -#}
{% macro why_not(reasons) -%}
    case
    {%- for condition, words in reasons %}
        when {{ condition }} then '{{ words }}'
    {%- endfor %}
    end
{%- endmacro %}
