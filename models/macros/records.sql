{#- An item's part of a rounded amount: what it adds to the rounded sum of those before it. The last one takes what is left,
    so that the parts make the amount to the cent. -#}
{% macro part_of(amount, before, own, usd_per_minor, is_last) -%}
    case
        when {{ is_last }} then {{ amount }} - round({{ before }} * {{ usd_per_minor }}, 2)
        else round(({{ before }} + {{ own }}) * {{ usd_per_minor }}, 2) - round({{ before }} * {{ usd_per_minor }}, 2)
    end
{%- endmacro %}
