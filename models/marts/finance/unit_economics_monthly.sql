-- One row per month.
select
    month,
    is_complete,
    cac_payback_months,
    cac_payback_note,
    magic_number_lag_3_months,
    magic_number_note,
    rule_of_40_operating_margin,
    rule_of_40_note,
    burn_multiple_3_months,
    burn_multiple_note
from {{ ref("unit_economics_month") }}
