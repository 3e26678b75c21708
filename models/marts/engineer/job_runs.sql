-- One row per job run and step; the step is empty for the whole job.
-- Every column of it: the .yml describes them and the contract holds them.
select * from {{ ref("stg_portal__job_runs") }}
