{#- The shape that an object in a Stripe event must have to be read: {kind: {field: kind of value}}.

    A field that must be there ends with `!`; others may be absent or null. An object is a mapping, a list has one
    member that says how each of its members looks; what no model reads is left out and may be anything. The kinds of
    value are in the macro json_fits. The portal refuses to pass on what does not fit: app/stripe_events.py says the
    same, and a test holds the two together. -#}
{% macro stripe_shapes() -%}
    {%- set plan = {
        "id!": "word", "product": "word", "nickname": "word", "amount": "amount", "currency!": "word",
        "interval!": "interval", "interval_count!": "count", "usage_type": "word", "created": "instant"
    } -%}
    {%- set item = {"id!": "word", "quantity": "amount", "created": "instant", "plan!": plan} -%}
    {%- set line = {
        "id!": "word", "subscription": "word", "subscription_item": "word", "type": "word", "description": "text",
        "amount!": "amount", "quantity": "amount", "currency!": "word", "proration": "flag", "plan": plan,
        "price": {"product": "word"}, "period!": {"start!": "instant", "end!": "instant"}
    } -%}
    {%- set coupon = {"id": "word", "duration": "word", "percent_off": "percent", "amount_off": "amount"} -%}
    {%- do return({
        "customer": {
            "id!": "word", "name": "text", "email": "text", "currency": "word", "address": {"country": "word"},
            "created!": "instant"
        },
        "product": {"id!": "word", "name!": "word", "created!": "instant"},
        "plan": plan,
        "subscription": {
            "id!": "word", "customer!": "word", "status!": "word", "created!": "instant", "start_date": "instant",
            "trial_start": "instant", "trial_end": "instant", "canceled_at": "instant", "cancel_at": "instant",
            "cancel_at_period_end": "flag", "ended_at": "instant", "current_period_start": "instant",
            "current_period_end": "instant", "pause_collection": {}, "items!": {"data!": [item]}
        },
        "invoice": {
            "id!": "word", "customer!": "word", "subscription": "word", "status": "word", "currency!": "word",
            "subtotal!": "amount", "total!": "amount", "tax": "amount", "amount_due!": "amount",
            "amount_paid!": "amount", "amount_remaining!": "amount", "created!": "instant", "due_date": "instant",
            "pre_payment_credit_notes_amount": "amount", "post_payment_credit_notes_amount": "amount",
            "billing_reason": "word", "collection_method": "word", "number": "word",
            "discount": {"start": "instant", "end": "instant", "coupon": coupon},
            "status_transitions": {
                "finalized_at": "instant", "paid_at": "instant", "voided_at": "instant",
                "marked_uncollectible_at": "instant"
            },
            "lines!": {"data!": [line]}
        },
        "charge": {
            "id!": "word", "customer": "word", "invoice": "word", "status!": "word", "currency!": "word",
            "amount!": "amount", "amount_refunded": "amount", "failure_code": "word", "created!": "instant"
        },
        "coupon": {
            "id!": "word", "name": "text", "duration!": "word", "duration_in_months": "count",
            "percent_off": "percent", "amount_off": "amount", "currency": "word", "valid": "flag",
            "created!": "instant"
        },
        "refund": {
            "id!": "word", "charge": "word", "status": "word", "reason": "word", "currency!": "word",
            "amount!": "amount", "balance_transaction": "word", "created!": "instant"
        },
        "dispute": {
            "id!": "word", "charge": "word", "status!": "word", "reason": "word", "currency!": "word",
            "amount!": "amount", "evidence_details": {"due_by": "deadline"}, "created!": "instant"
        },
        "payout": {
            "id!": "word", "status!": "word", "currency!": "word", "amount!": "amount", "arrival_date": "instant",
            "automatic": "flag", "failure_code": "word", "balance_transaction": "word", "created!": "instant"
        },
        "credit_note": {
            "id!": "word", "invoice": "word", "customer": "word", "refund": "word", "status!": "word",
            "type": "word", "reason": "word", "currency!": "word", "amount!": "amount", "subtotal": "amount",
            "created!": "instant", "voided_at": "instant"
        }
    }) -%}
{%- endmacro %}


{#- Whether a jsonb value has a shape; never null and never an error, whatever the value.

    word: a text of 1 to 255 characters. text: one of up to 5,000. amount: a number below 10^15. percent: 0 to 100.
    count: a whole number from 1 to 1,000. flag: true or false. instant: whole seconds since 1970, of the years 2000 to
    2100. deadline: such an instant, or 0 where there is none. interval: day, week, month or year. Postgres evaluates no branch of a case but the one that applies. -#}
{% macro json_fits(value, shape, is_needed=true) -%}
    case coalesce(jsonb_typeof({{ value }}), 'null')
        when 'null' then {{ "false" if is_needed else "true" }}
    {%- if shape is mapping %}
        when 'object' then true
        {%- for name, inner in shape.items() %}
            and {{ json_fits("(" ~ value ~ " -> '" ~ name.rstrip("!") ~ "')", inner, name.endswith("!")) }}
        {%- endfor %}
    {%- elif shape is not string %}
        when 'array' then not exists (
            select 1 from jsonb_array_elements({{ value }}) as member (body)
            where not {{ json_fits("member.body", shape[0]) }}
        )
    {%- elif shape in ("word", "text", "interval") %}
        when 'string' then
        {%- if shape == "word" %} length({{ value }} #>> '{}') between 1 and 255
        {%- elif shape == "text" %} length({{ value }} #>> '{}') <= 5000
        {%- else %} {{ value }} #>> '{}' in ('day', 'week', 'month', 'year')
        {%- endif %}
    {%- elif shape == "flag" %}
        when 'boolean' then true
    {%- else %}
        when 'number' then
        {%- if shape == "amount" %} abs(cast({{ value }} as numeric)) < 1e15
        {%- elif shape == "percent" %} cast({{ value }} as numeric) between 0 and 100
        {%- elif shape == "count" %}
            cast({{ value }} as text) ~ '^[0-9]+$' and cast({{ value }} as numeric) between 1 and 1000
        {%- elif shape == "deadline" %}
            cast({{ value }} as text) ~ '^[0-9]+$' and (
                cast({{ value }} as numeric) = 0 or cast({{ value }} as numeric) between 946684800 and 4102444799
            )
        {%- else %}
            cast({{ value }} as text) ~ '^[0-9]+$' and cast({{ value }} as numeric) between 946684800 and 4102444799
        {%- endif %}
    {%- endif %}
        else false
    end
{%- endmacro %}
