{#- A bound of Wilson's 95 % interval of a part (`-`: the lower one, `+`: the upper one); null of none. -#}
{% macro wilson(part, count, sign) -%}
    {%- set z = "1.959963984540054" -%}
    {%- set n = "nullif(cast(" ~ count ~ " as numeric), 0)" -%}
    (
        {{ part }} + {{ z }} ^ 2 / (2 * {{ n }})
        {{ sign }} {{ z }} * sqrt({{ part }} * (1 - {{ part }}) / {{ n }} + {{ z }} ^ 2 / (4 * {{ n }} ^ 2))
    ) / (1 + {{ z }} ^ 2 / {{ n }})
{%- endmacro %}
