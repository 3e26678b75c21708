-- One row per ticket of support that was neither deleted nor merged into another one, as it stands now.
{{ config(materialized="table", meta={"distributed_by": "customer_id"}) }}

with tickets as (
    select * from {{ ref("stg_zendesk__tickets") }}
    where not is_deleted and not is_merged and created_at < {{ as_of() }}
),

replies as (
    select comments.ticket_id, min(comments.created_at) as first_replied_at, count(*) as replies_count
    from {{ ref("stg_zendesk__ticket_comments") }} as comments
    inner join tickets on comments.ticket_id = tickets.ticket_id
    inner join {{ ref("stg_zendesk__users") }} as agents on comments.author_id = agents.user_id
    where
        comments.is_public
        and agents.is_agent
        and agents.user_id is distinct from tickets.requester_id
        and comments.created_at > tickets.created_at
        and comments.created_at < {{ as_of() }}
    group by comments.ticket_id
),

lives as (
    select
        ticket_id,
        (array_agg(solved_at order by stretch_number desc))[1] as solved_at,
        count(*) - 1 as reopened_count
    from {{ ref("int_ticket_stretch") }}
    group by ticket_id
),

surveys as (
    select distinct on (ticket_id) ticket_id, is_good, is_bad, offered_at
    from {{ ref("stg_zendesk__satisfaction_ratings") }}
    where offered_at < {{ as_of() }}
    order by ticket_id, offered_at desc, satisfaction_rating_id desc
),

final as (
    select
        tickets.ticket_id,
        coalesce(writers.customer_id, 'Unknown') as customer_id,
        tickets.status,
        coalesce(tickets.priority, 'Unknown') as priority,
        coalesce(tickets.channel, 'Unknown') as channel,
        coalesce(groups.group_name, 'Unknown') as support_group,
        tickets.assignee_id as agent_id,
        coalesce(writers.product, 'Unknown') as product,
        coalesce(writers.plan, 'Unknown') as plan,
        coalesce(writers.country, 'Unknown') as country,
        {{ region_of("coalesce(writers.country, 'Unknown')") }} as region,
        tickets.created_at,
        replies.first_replied_at,
        lives.solved_at,
        coalesce(replies.replies_count, 0) as replies_count,
        coalesce(lives.reopened_count, 0) as reopened_count,
        surveys.offered_at as survey_offered_at,
        case when surveys.is_good then true when surveys.is_bad then false end as is_satisfied,
        cast(extract(epoch from replies.first_replied_at - tickets.created_at) as bigint) as first_reply_seconds,
        {{ business_seconds("tickets.created_at", "replies.first_replied_at") }} as first_reply_business_seconds,
        cast(extract(epoch from lives.solved_at - tickets.created_at) as bigint) as resolution_seconds,
        {{ business_seconds("tickets.created_at", "lives.solved_at") }} as resolution_business_seconds
    from tickets
    left join {{ ref("fct_ticket_customer") }} as writers on tickets.ticket_id = writers.ticket_id
    left join {{ ref("stg_zendesk__groups") }} as groups on tickets.group_id = groups.group_id
    left join lives on tickets.ticket_id = lives.ticket_id
    left join replies on tickets.ticket_id = replies.ticket_id
    left join surveys on tickets.ticket_id = surveys.ticket_id
    where not coalesce(writers.is_excluded, false)
)

select * from final
