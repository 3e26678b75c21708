{#- Rules of attribution, a metric file each; one credit of each is shared out among the touches (models/DECISIONS.md). -#}
{% macro attribution_models() -%}
    {%- do return(["first touch", "last touch", "linear", "position", "time decay"]) -%}
{%- endmacro %}


{#- What stands where nothing is known of the way that somebody came. -#}
{% macro unattributed() -%}
    'Unattributed'
{%- endmacro %}


{% macro no_campaign() -%}
    'No campaign'
{%- endmacro %}


{#- Who somebody is: its e-mail address, as a digest, so that core holds no addresses. -#}
{% macro person_id(email) -%}
    md5(lower(trim({{ email }})))
{%- endmacro %}


{#- The name of a campaign as links carry it; GA4's words in brackets and HubSpot's "Unknown …" are none. -#}
{% macro campaign_key(name) -%}
    case when {{ name }} !~* '^(\(.*\)|unknown.*|\s*)$' then lower(trim({{ name }})) end
{%- endmacro %}


{#- The channel, by GA4's names for its default groups, of what HubSpot calls a contact's original source. -#}
{% macro channel_of_source(source) -%}
    case {{ source }}
        when 'PAID_SEARCH' then 'Paid Search'
        when 'PAID_SOCIAL' then 'Paid Social'
        when 'EMAIL_MARKETING' then 'Email'
        when 'ORGANIC_SEARCH' then 'Organic Search'
        when 'SOCIAL_MEDIA' then 'Organic Social'
        when 'REFERRALS' then 'Referral'
        when 'DIRECT_TRAFFIC' then 'Direct'
        when 'OTHER_CAMPAIGNS' then 'Other campaigns'
        when 'OFFLINE' then 'Offline'
        else 'Unknown'
    end
{%- endmacro %}


{#- The same of a link's utm_medium, where the catalogue does not know its campaign; no medium is no link. -#}
{% macro channel_of_medium(medium) -%}
    case
        when {{ medium }} is null then 'Direct'
        when lower({{ medium }}) in ('email', 'e-mail', 'newsletter') then 'Email'
        when lower({{ medium }}) in ('cpc', 'ppc', 'paidsearch') then 'Paid Search'
        when lower({{ medium }}) in ('paid_social', 'paid-social', 'paidsocial') then 'Paid Social'
        when lower({{ medium }}) in ('display', 'banner') then 'Display'
        when lower({{ medium }}) = 'video' then 'Paid Video'
        else 'Other campaigns'
    end
{%- endmacro %}


{#- Shares a whole number out by the largest remainder: the floor of each exact part, and one more for those that lost
    the most by it, the earlier first, until the parts are the whole. -#}
{% macro largest_remainder(exact, whole, of, place) -%}
    floor({{ exact }}) + case
        when row_number() over (partition by {{ of }} order by {{ exact }} - floor({{ exact }}) desc, {{ place }})
            <= {{ whole }} - sum(floor({{ exact }})) over (partition by {{ of }}) then 1
        else 0
    end
{%- endmacro %}
