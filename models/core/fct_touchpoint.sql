-- One row per touch of a person: the visit that brought it, a form it filled in, a mail it clicked.
{{ config(materialized="table", meta={"reference": true}) }}

with touches as (
    select
        'contact/' || contact_id as touchpoint_id,
        person_id,
        contact_at as touched_at,
        'first visit' as kind,
        channel,
        campaign
    from {{ ref("dim_person") }}
    where contact_id is not null and channel not in ('Offline', 'Unknown')
    union all
    select
        'click/' || event_id,
        {{ person_id("email") }},
        occurred_at,
        'e-mail click',
        'Email',
        coalesce({{ campaign_key("utm_campaign") }}, {{ no_campaign() }})
    from {{ ref("stg_hubspot__email_events") }}
    where event_type = 'CLICK' and not is_filtered and occurred_at < {{ as_of() }}
    union all
    select
        'form/' || forms.submission_id,
        {{ person_id("forms.email") }},
        forms.submitted_at,
        'form',
        coalesce(campaigns.channel, {{ channel_of_medium("forms.utm_medium") }}),
        coalesce({{ campaign_key("forms.utm_campaign") }}, {{ no_campaign() }})
    from {{ ref("stg_hubspot__form_submissions") }} as forms
    left join {{ ref("dim_campaign") }} as campaigns
        on {{ campaign_key("forms.utm_campaign") }} = campaigns.campaign
        and lower(forms.utm_source) = campaigns.source
    where forms.email <> '' and forms.submitted_at < {{ as_of() }}
),

placed as (
    select
        *,
        lag(touched_at) over person as before_at,
        lag(campaign) over person as before_campaign
    from touches
    window person as (
        partition by person_id
        order by
            touched_at, case kind when 'first visit' then 1 when 'e-mail click' then 2 else 3 end, touchpoint_id
    )
),

-- A form within half an hour of what came before is of that visit, unless another campaign's link led to it.
final as (
    select touchpoint_id, person_id, touched_at, kind, channel, campaign
    from placed
    where not coalesce(
        kind = 'form'
        and touched_at <= before_at + interval '30 minutes'
        and campaign in ({{ no_campaign() }}, before_campaign),
        false
    )
)

select * from final
