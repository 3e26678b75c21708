{#- A forecast category by one name. The API writes ForecastCategory as BestCase or Forecast where people read Best Case and
    Commit; an administrator may rename the labels, which then stay as they are. -#}
{% macro forecast_category(column) -%}
    case replace(lower({{ column }}), ' ', '')
        when 'bestcase' then 'Best case'
        when 'forecast' then 'Commit'
        when 'commit' then 'Commit'
        when 'mostlikely' then 'Most likely'
        else {{ column }}
    end
{%- endmacro %}


{#- The band of a company's size, by its employees. -#}
{% macro company_size(employees) -%}
    case
        when {{ employees }} is null or {{ employees }} < 1 then 'Unknown'
        when {{ employees }} <= 10 then '1-10'
        when {{ employees }} <= 50 then '11-50'
        when {{ employees }} <= 200 then '51-200'
        when {{ employees }} <= 1000 then '201-1000'
        else 'over 1000'
    end
{%- endmacro %}


{#- The band of a deal's size, by what it is worth in a year, in dollars. -#}
{% macro deal_size(acv_usd) -%}
    case
        when {{ acv_usd }} < 1000 then 'under 1k'
        when {{ acv_usd }} < 5000 then '1k-5k'
        when {{ acv_usd }} < 25000 then '5k-25k'
        when {{ acv_usd }} < 100000 then '25k-100k'
        else 'over 100k'
    end
{%- endmacro %}


{#- What a deal is worth in a year: its amount over its term. A term of less than a year, or none, is taken as a year. -#}
{% macro annual_value(amount_usd, term_months) -%}
    round({{ amount_usd }} * 12 / greatest(coalesce({{ term_months }}, 12), 12), 2)
{%- endmacro %}


{#- Whether a deal that has not changed since one instant is stale at another: sixty days, counted in hours. -#}
{% macro is_stale(since, at) -%}
    {{ at }} - {{ since }} > interval '1440 hours'
{%- endmacro %}


{#- Lateral values of what deals are cut by, one at a time, and of all of them: `whole`. -#}
{% macro deal_cuts(relation) -%}
    (values
        ('whole', 'all'),
    {%- for name in deal_dimensions() %}
        ('{{ name }}', {{ relation }}.{{ name }}){{ "," if not loop.last }}
    {%- endfor %}
    ) as cuts (cut, part)
{%- endmacro %}


{% macro deal_dimensions() -%}
    {%- do return(["rep", "deal_type", "country", "lead_source", "industry", "company_size", "deal_size"]) -%}
{%- endmacro %}
