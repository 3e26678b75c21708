-- One row per system, e-mail and local month of its sending: how many it went to, and what they did with it ever since.
{{ config(materialized="table", meta={"reference": true}) }}

with events as (
    select * from {{ ref("stg_hubspot__email_events") }}
    where occurred_at < {{ as_of() }}
),

-- The name of a mailing's campaign is in its links, of which HubSpot shows those that somebody followed.
tagged as (
    select
        email_campaign_id,
        min({{ campaign_key("utm_campaign") }}) as campaign,
        min(lower(substring(url from '[?&]utm_source=([^&#]*)'))) as source
    from events
    where event_type = 'CLICK'
    group by email_campaign_id
),

-- What one person did with one mail counts once, in the month in which it was sent. What a scanner opened is left out.
received as (
    select
        email_campaign_id,
        email,
        min(occurred_at) filter (where event_type = 'SENT') as sent_at,
        coalesce(bool_or(event_type = 'BOUNCE'), false) as has_bounced,
        coalesce(bool_or(event_type = 'OPEN' and not is_filtered), false) as has_opened,
        coalesce(bool_or(event_type = 'CLICK' and not is_filtered), false) as has_clicked,
        coalesce(bool_or(event_type = 'STATUSCHANGE'), false) as has_left,
        coalesce(bool_or(event_type = 'SPAMREPORT'), false) as has_complained
    from events
    group by email_campaign_id, email
),

hubspot as (
    select
        'HubSpot' as system,
        received.email_campaign_id as mailing_id,
        {{ month_of(local_date("received.sent_at")) }} as month,
        count(*) as sent_count,
        count(*) filter (where received.has_bounced) as bounced_count,
        count(*) filter (where received.has_opened) as opened_count,
        count(*) filter (where received.has_clicked) as clicked_count,
        count(*) filter (where received.has_left) as unsubscribed_count,
        count(*) filter (where received.has_complained) as complained_count
    from received
    where received.sent_at is not null
    group by 1, 2, 3
),

-- SendGrid counts as requested what it never sent: to addresses on its lists, and to those that cannot be.
totals as (
    select
        single_send_id,
        sum(delivered_count + bounces_count) as sent_count,
        sum(bounces_count) as bounced_count,
        sum(unique_opens_count) as opened_count,
        sum(unique_clicks_count) as clicked_count,
        sum(unsubscribes_count) as unsubscribed_count,
        sum(spam_reports_count) as complained_count
    from {{ ref("stg_sendgrid__single_send_totals") }}
    group by single_send_id
),

final as (
    select
        hubspot.system,
        hubspot.mailing_id,
        coalesce(mailings.email_campaign_name, hubspot.mailing_id) as mailing,
        coalesce(tagged.campaign, {{ no_campaign() }}) as campaign,
        coalesce(tagged.source, 'hubspot') as source,
        hubspot.month,
        hubspot.sent_count,
        hubspot.bounced_count,
        hubspot.opened_count,
        hubspot.clicked_count,
        hubspot.unsubscribed_count,
        hubspot.complained_count
    from hubspot
    left join {{ ref("stg_hubspot__email_campaigns") }} as mailings on hubspot.mailing_id = mailings.email_campaign_id
    left join tagged on hubspot.mailing_id = tagged.email_campaign_id
    union all
    select
        'SendGrid',
        sends.single_send_id,
        sends.single_send_name,
        {{ no_campaign() }},
        'sendgrid',
        {{ month_of(local_date("sends.sent_at")) }},
        totals.sent_count,
        totals.bounced_count,
        totals.opened_count,
        totals.clicked_count,
        totals.unsubscribed_count,
        totals.complained_count
    from {{ ref("stg_sendgrid__single_sends") }} as sends
    inner join totals on sends.single_send_id = totals.single_send_id
    where sends.sent_at < {{ as_of() }}
)

select * from final
