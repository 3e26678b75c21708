-- One row per stretch of a subscription item or contract in which price, quantity, discount and state stay the same.
{{ config(materialized="sliced_table", meta={"distributed_by": "customer_id"}) }}

with priced as (
    select * from {{ ref("int_priced_item") }}
),

windows as (
    select * from {{ ref("fct_overdue_window") }}
),

touching as (
    select priced.price_event_id, windows.kind, windows.starts_at, windows.ends_at
    from priced
    inner join windows
        on priced.subscription_id = windows.subscription_id
        and windows.starts_at < priced.valid_to
        and windows.ends_at > priced.valid_from
),

cuts as (
    select price_event_id, valid_from as cut_at from priced
    union
    select price_event_id, discount_starts_at from priced
    where discount_starts_at > valid_from and discount_starts_at < valid_to
    union
    select price_event_id, discount_ends_at from priced
    where discount_ends_at > valid_from and discount_ends_at < valid_to
    union
    select price_event_id, trial_ends_at from priced
    where trial_ends_at > valid_from and trial_ends_at < valid_to
    union
    select priced.price_event_id, edges.cut_at
    from priced
    inner join touching on priced.price_event_id = touching.price_event_id
    cross join lateral (values (touching.starts_at), (touching.ends_at)) as edges (cut_at)
    where edges.cut_at > priced.valid_from and edges.cut_at < priced.valid_to
),

pieces as (
    select
        price_event_id,
        cut_at as valid_from,
        lead(cut_at) over (partition by price_event_id order by cut_at) as next_cut_at
    from cuts
),

owed as (
    select
        pieces.price_event_id,
        pieces.valid_from,
        bool_or(touching.kind = 'lapsed') as is_lapsed,
        bool_or(touching.kind = 'past_due') as is_past_due
    from pieces
    inner join touching
        on pieces.price_event_id = touching.price_event_id
        and touching.starts_at <= pieces.valid_from
        and touching.ends_at > pieces.valid_from
    group by pieces.price_event_id, pieces.valid_from
),

stated as (
    select
        priced.*,
        pieces.valid_from as piece_from,
        coalesce(pieces.next_cut_at, priced.valid_to) as piece_to,
        case
            when pieces.valid_from < priced.discount_starts_at then 0
            when pieces.valid_from >= coalesce(priced.discount_ends_at, 'infinity'::timestamptz) then 0
            else priced.discount_minor
        end as applied_discount_minor,
        case
            when pieces.valid_from < priced.trial_ends_at then 'trial'
            when priced.is_void then 'paused'
            when owed.is_lapsed then 'lapsed'
            when owed.is_past_due then 'past_due'
            else 'active'
        end as billing_state
    from pieces
    inner join priced on pieces.price_event_id = priced.price_event_id
    left join owed on pieces.price_event_id = owed.price_event_id and pieces.valid_from = owed.valid_from
),

final as (
    select
        'stripe' as source,
        price_event_id || ':' || row_number() over (partition by price_event_id order by piece_from) as segment_id,
        customer_id,
        subscription_id,
        subscription_item_id,
        invoice_id,
        product,
        plan,
        currency,
        piece_from as valid_from,
        nullif(piece_to, 'infinity'::timestamptz) as valid_to,
        gross_minor,
        applied_discount_minor as discount_minor,
        case
            when billing_state in ('active', 'past_due') and gross_minor - applied_discount_minor <= 0 then 'free'
            else billing_state
        end as state,
        case
            when billing_state in ('active', 'past_due') then greatest(gross_minor - applied_discount_minor, 0)
            else 0
        end as mrr_minor,
        canceled_at
    from stated
    union all
    select
        'contract',
        contract_id || ':' || row_number() over (partition by contract_id order by valid_from),
        customer_id,
        contract_id,
        contract_id,
        null,
        product,
        plan,
        currency,
        valid_from,
        valid_to,
        mrr_minor,
        0,
        case when mrr_minor > 0 then 'active' else 'free' end,
        mrr_minor,
        null
    from {{ ref("int_contract") }}
    where {{ only_touched("customer_id") }}
)

select * from final
