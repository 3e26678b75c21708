-- One row per lead of the CRM that was not deleted.
{{ config(materialized="table", meta={"reference": true}) }}

with final as (
    select
        lead_id,
        company_name,
        country,
        lead_source,
        status,
        is_converted,
        converted_date,
        opportunity_id,
        created_at,
        {{ local_date("created_at") }} as created_date
    from {{ ref("stg_salesforce__leads") }}
    where not is_deleted and created_at < {{ as_of() }}
)

select * from final
