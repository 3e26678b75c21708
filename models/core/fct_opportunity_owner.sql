-- One row per stretch in which an opportunity had one owner.
{{ config(materialized="table", meta={"reference": true}) }}

with opportunities as (
    select opportunity_id, owner_id from {{ ref("stg_salesforce__opportunities") }}
    where not is_deleted and created_at < {{ as_of() }}
),

-- Of a change of owner there are two rows, by name and by id.
changes as (
    select opportunity_id, field_change_id, old_value, new_value, changed_at
    from {{ ref("stg_salesforce__opportunity_field_history") }}
    where field_name = 'Owner' and data_type = 'EntityId' and not is_deleted and changed_at < {{ as_of() }}
),

-- Before the first change that is known somebody had it who was told of then; without any, who has it now.
told as (
    select opportunity_id, new_value as owner_id, changed_at as valid_from, field_change_id from changes
    union all
    select
        opportunities.opportunity_id,
        coalesce(
            (array_agg(changes.old_value order by changes.changed_at, changes.field_change_id))[1],
            opportunities.owner_id
        ),
        timestamptz '-infinity',
        ''
    from opportunities
    left join changes on opportunities.opportunity_id = changes.opportunity_id
    group by opportunities.opportunity_id, opportunities.owner_id
),

final as (
    select
        told.opportunity_id,
        told.owner_id,
        coalesce(reps.user_name, 'Unknown') as rep,
        told.valid_from,
        lead(told.valid_from) over (
            partition by told.opportunity_id order by told.valid_from, told.field_change_id
        ) as valid_to
    from told
    inner join opportunities on told.opportunity_id = opportunities.opportunity_id
    left join {{ ref("stg_salesforce__users") }} as reps on told.owner_id = reps.user_id
)

select * from final
