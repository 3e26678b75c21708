{#- Exact minor units to whole ones, half away from zero. Sums of twelfths miss a half by 1e-16: the inner
    rounding heals that before the outer one decides. -#}
{% macro round_minor(exact) -%}
    round(round({{ exact }}, 9), 0)
{%- endmacro %}


{#- Minor units to dollars and cents at a rate of dollars per major unit. -#}
{% macro minor_to_usd(minor, units_per_minor, usd_per_unit) -%}
    round({{ minor }} * {{ units_per_minor }} * {{ usd_per_unit }}, 2)
{%- endmacro %}


{#- How many minor units make a major one, as a power of ten: ISO 4217, with Stripe's exceptions. -#}
{% macro minor_exponent(currency) -%}
    case
        when {{ currency }} in (
            'bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf'
        ) then 0
        when {{ currency }} in ('bhd', 'jod', 'kwd', 'omr', 'tnd') then 3
        else 2
    end
{%- endmacro %}


{#- What an amount per billing cycle makes in a month, exact but for the last of some 16 digits. -#}
{% macro per_month(amount, interval_name, interval_count) -%}
    trim_scale(case {{ interval_name }}
        when 'year' then {{ amount }} / (12.0 * {{ interval_count }})
        when 'month' then {{ amount }} / (1.0 * {{ interval_count }})
        when 'week' then {{ amount }} * 52.0 / (12.0 * {{ interval_count }})
        when 'day' then {{ amount }} * 365.0 / (12.0 * {{ interval_count }})
    end)
{%- endmacro %}
