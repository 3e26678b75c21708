-- One row per load run and stream; the stream is empty for the run itself.
-- Every column of it: the .yml describes them and the contract holds them.
select * from {{ ref("stg_portal__load_runs") }}
