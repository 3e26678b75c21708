{#- A bound of Wilson's 95 % interval of a part (`-`: the lower one, `+`: the upper one); null of none. -#}
{% macro wilson(part, count, sign) -%}
    {%- set z = "1.959963984540054" -%}
    (
        {{ part }} + {{ z }} ^ 2 / (2.0 * nullif({{ count }}, 0))
        {{ sign }} {{ z }} * sqrt(
            {{ part }} * (1 - {{ part }}) / nullif({{ count }}, 0) + {{ z }} ^ 2 / (4.0 * nullif({{ count }}, 0) ^ 2)
        )
    ) / (1 + {{ z }} ^ 2 / nullif({{ count }}, 0))
{%- endmacro %}
