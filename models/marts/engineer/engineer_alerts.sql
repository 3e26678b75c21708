-- One row per alert.
-- Every column of it: the .yml describes them and the contract holds them.
select * from {{ ref("stg_portal__alerts") }}
