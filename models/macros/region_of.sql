{#- The sales region of a country (ISO alpha-2). What is no country keeps its own name: Unknown, Not allocated. -#}
{% macro region_of(country) -%}
    case
        when {{ country }} in ({{ quoted("US CA") }}) then 'North America'
        when {{ country }} in ({{ quoted(
            "AG AI AR AW BB BM BO BR BS BZ CL CO CR CU DM DO EC FK GD GF GP GT GY HN HT JM KN KY LC MQ MS MX NI PA PE PR "
            ~ "PY SR SV TC TT UY VC VE VG VI"
        ) }}) then 'Latin America'
        when {{ country }} in ({{ quoted(
            "AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GB GG GI GR HR HU IE IM IS IT JE LI LT LU LV MC MD ME "
            ~ "MK MT NL NO PL PT RO RS RU SE SI SK SM UA VA XK"
        ) }}) then 'Europe'
        when {{ country }} in ({{ quoted(
            "AE AO BF BH BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GH GM GN GQ GW IL IQ IR JO KE KM KW LB LR LS LY "
            ~ "MA MG ML MR MU MW MZ NA NE NG OM PS QA RE RW SA SC SD SL SN SO SS ST SY SZ TD TG TN TR TZ UG YE YT ZA ZM ZW"
        ) }}) then 'Middle East and Africa'
        when {{ country }} in ({{ quoted(
            "AF AM AS AU AZ BD BN BT CC CK CN CX FJ FM GE GU HK ID IN IO JP KG KH KI KP KR KZ LA LK MH MM MN MO MP MV MY "
            ~ "NC NF NP NR NU NZ PF PG PH PK PW SB SG TH TJ TK TL TM TO TV TW UZ VN VU WF WS"
        ) }}) then 'Asia-Pacific'
        when {{ country }} = 'Not allocated' then 'Not allocated'
        else 'Unknown'
    end
{%- endmacro %}


{#- Words as a list of SQL's constants. -#}
{% macro quoted(words) -%}
    {%- for word in words.split() %}'{{ word }}'{{ ", " if not loop.last }}{% endfor -%}
{%- endmacro %}
