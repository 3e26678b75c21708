-- One row per incident of drift at a source, closed ones too.
-- Every column of it: the .yml describes them and the contract holds them.
select * from {{ ref("stg_portal__drifts") }}
