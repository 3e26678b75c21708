-- One row per reason for which a department's figure differs from the certified one, in the order in which they are taken.
{{ config(materialized="table", meta={"reference": true}) }}

with final as (
    select cast(step as integer) as step, reason, reason_label, is_explained
    from (
        values
        (10, 'not_reproduced', 'Reported otherwise than its source gives', false),
        (20, 'internal_account', 'Internal account', true),
        (30, 'duplicate_account', 'Duplicate account', true),
        (40, 'tax_included', 'Tax included', true),
        (50, 'metered_usage_included', 'Metered usage included', true),
        (60, 'total_contract_value', 'Total contract value taken as ARR', true),
        (70, 'signed_not_live', 'Signed but not live', true),
        (80, 'churn_booked_late', 'Churn booked late', true),
        (100, 'timing', 'Timing', true),
        (110, 'exchange_rate', 'Exchange rate', true),
        (120, 'renewal_left_out', 'Renewal left out', true),
        (130, 'change_not_booked', 'Change not booked in the CRM', true),
        (140, 'discount_ignored', 'Discount ignored', true),
        (150, 'paused', 'Paused', true),
        (160, 'unpaid', 'Unpaid for more than 30 days', true),
        (170, 'owed_under_30_days', 'Owed for less than 30 days', true),
        (175, 'trial_counted', 'Trial counted', true),
        (180, 'free', 'Free of charge', true),
        (190, 'active_not_paying', 'Product-active but not paying', true),
        (200, 'paying_not_seen', 'Paying but not logged in', true),
        (210, 'not_typed_customer', 'Not typed Customer in the CRM', true),
        (220, 'not_in_system', 'Not in this system', true),
        (230, 'rounding', 'Rounding', true),
        (240, 'unexplained', 'Unexplained', false)
    ) as reasons (step, reason, reason_label, is_explained)
)

select * from final
