-- One row per alert about the business.
-- Every column of it: the .yml describes them and the contract holds them.
select * from {{ ref("stg_portal__alerts") }}
where kind in ('anomaly', 'target_missed')
