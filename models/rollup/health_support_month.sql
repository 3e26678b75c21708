-- One row per month and customer that pays at its close, once support is known: its tickets, and how they went until then.
{{ config(materialized="live_table", meta={"whole_build_only": true}, indexes=[{"columns": ["month", "customer_id"]}]) }}

with known as (
    select min(created_at) as since_at from {{ ref("fct_ticket") }}
),

-- Whose first ticket was written less than 90 days ago cannot be told from who wrote none before.
paying as (
    select paying.month, paying.customer_id, months.closes_at
    from {{ ref("health_paying_month") }} as paying
    inner join {{ ref("dim_month") }} as months on paying.month = months.month
    cross join known
    where known.since_at <= months.closes_at - interval '90 days'
),

came as (
    select paying.month, paying.customer_id, count(*) as tickets_count
    from paying
    inner join {{ ref("fct_ticket") }} as tickets
        on paying.customer_id = tickets.customer_id
        and tickets.created_at < paying.closes_at
        and tickets.created_at >= paying.closes_at - interval '90 days'
    group by paying.month, paying.customer_id
),

waiting as (
    select
        paying.month,
        paying.customer_id,
        max(extract(epoch from paying.closes_at - stretches.opened_at)) / 86400 as waiting_days
    from paying
    inner join {{ ref("fct_ticket") }} as tickets on paying.customer_id = tickets.customer_id
    inner join {{ ref("int_ticket_stretch") }} as stretches
        on tickets.ticket_id = stretches.ticket_id
        and stretches.opened_at < paying.closes_at
        and (stretches.solved_at is null or stretches.solved_at >= paying.closes_at)
    group by paying.month, paying.customer_id
),

-- What somebody answered after the close was not known at it, whenever they were asked.
unhappy as (
    select paying.month, paying.customer_id, count(*) as unhappy_count
    from paying
    inner join {{ ref("fct_ticket") }} as tickets on paying.customer_id = tickets.customer_id
    inner join {{ ref("stg_zendesk__satisfaction_ratings") }} as ratings
        on tickets.ticket_id = ratings.ticket_id
        and ratings.rated_at < paying.closes_at
        and ratings.rated_at >= paying.closes_at - interval '180 days'
    where ratings.is_bad
    group by paying.month, paying.customer_id
),

final as (
    select
        paying.month,
        paying.customer_id,
        coalesce(came.tickets_count, 0) as tickets_count,
        coalesce(round(cast(waiting.waiting_days as numeric), 1), 0) as waiting_days,
        coalesce(unhappy.unhappy_count, 0) as unhappy_count
    from paying
    left join came on paying.month = came.month and paying.customer_id = came.customer_id
    left join waiting on paying.month = waiting.month and paying.customer_id = waiting.customer_id
    left join unhappy on paying.month = unhappy.month and paying.customer_id = unhappy.customer_id
)

select * from final
