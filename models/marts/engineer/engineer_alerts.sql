-- One row per alert about our own machinery; those about figures are mart_executive.alerts.
-- Every column of it: the .yml describes them and the contract holds them.
select * from {{ ref("stg_portal__alerts") }}
where kind not in ('anomaly', 'target_missed')
