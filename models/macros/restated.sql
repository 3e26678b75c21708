{#- Whether GA4 still told this row when it last told its day.

    A restated day comes with other rows than before (a campaign that was not known yet, for one), and a row that it no
    longer has stays in the raw table. All rows of a day are read within minutes, and days are read at most hourly. -#}
{% macro is_newest_of_its_day() -%}
    _sdc_extracted_at > max(_sdc_extracted_at) over (partition by date) - interval '15 minutes'
{%- endmacro %}
