-- Internal and test accounts are in no figure.
select rows_of.month, rows_of.customer_id
from {{ ref("mrr_customer_month") }} as rows_of
inner join {{ ref("dim_identity") }} as identity
    on identity.source = 'stripe' and rows_of.customer_id = identity.source_id and identity.is_excluded
