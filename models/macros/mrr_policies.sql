{#- How others define MRR, against ours: of each policy the rules in which it differs, in the order in which they are
    switched (docs/mrr_policies.md says where each vendor says so). One list for all: dim_mrr_policy, dim_mrr_policy_rule,
    and the levels of rollup.policy_row are made of it. -#}
{% macro mrr_policies() -%}
    {%- do return({
        "stripe": {"label": "Stripe", "rules": {
            "discounts": "forever", "unpaid": "status", "paused": "count", "cancellation": "asked"
        }},
        "chartmogul": {"label": "ChartMogul", "rules": {
            "discounts": "all", "unpaid": "never", "paused": "count"
        }},
        "profitwell": {"label": "ProfitWell", "rules": {
            "discounts": "all", "unpaid": "15 days", "cancellation": "cycle", "metered": "count"
        }},
        "recurly": {"label": "Recurly", "rules": {
            "interval": "30 days", "discounts": "all", "unpaid": "never", "cancellation": "cycle",
            "charges": "periods", "refunds": "count"
        }},
        "lago": {"label": "Lago", "rules": {
            "interval": "4.33 weeks", "discounts": "all", "unpaid": "never", "charges": "bills", "tax": "count"
        }}
    }) -%}
{%- endmacro %}


{#- The rules in the order in which they are switched, with what ours says and what each other setting means. -#}
{% macro mrr_policy_rules() -%}
    {%- do return({
        "interval": {"label": "Weeks and days in a month", "ours": "year", "means": {
            "year": "a year has 52 weeks or 365 days, a month a twelfth of them",
            "30 days": "a month has 30 days", "4.33 weeks": "a month has 4.33 weeks"
        }},
        "discounts": {"label": "Discounts", "ours": "lasting", "means": {
            "lasting": "coupons forever and repeating reduce MRR", "forever": "only coupons forever reduce MRR",
            "all": "every coupon reduces MRR, those that are used once as well"
        }},
        "unpaid": {"label": "Unpaid invoices", "ours": "30 days", "means": {
            "30 days": "count for 30 days after they are due, then not until they are paid",
            "15 days": "count for 15 days after they are due, then not until they are paid",
            "status": "count until the subscription is cancelled or marked unpaid",
            "never": "count until the subscription is cancelled"
        }},
        "paused": {"label": "Paused collection", "ours": "nothing", "means": {
            "nothing": "counts nothing", "count": "counts on, since the subscription stays active"
        }},
        "cancellation": {"label": "Cancellation", "ours": "end", "means": {
            "end": "counts until the subscription ends", "asked": "counts until the cancellation is asked for",
            "cycle": "counts until the paid period ends, also where the subscription ends before"
        }},
        "metered": {"label": "Metered usage", "ours": "nothing", "means": {
            "nothing": "counts nothing", "count": "counts as it was last billed, made a month"
        }},
        "charges": {"label": "Charges instead of prices", "ours": "prices", "means": {
            "prices": "the price in force, for a month",
            "periods": "what was charged for a period that holds the close, prorated or not, made a month",
            "bills": "what was billed in the month; the bill of a longer period spread over its months"
        }},
        "refunds": {"label": "Refunds", "ours": "nothing", "means": {
            "nothing": "change nothing", "count": "reduce MRR until the end of the period they pay back"
        }},
        "tax": {"label": "Tax", "ours": "nothing", "means": {"nothing": "is not in it", "count": "is in it"}}
    }) -%}
{%- endmacro %}


{#- Every level between our policy and another: ours, and of each policy that of each of its rules with all before it.
    Each: {policy, step, rule, name (a column), settings (rule → setting)}. -#}
{% macro mrr_policy_levels() -%}
    {%- set ours = {} -%}
    {%- for rule, told in mrr_policy_rules().items() -%}{%- do ours.update({rule: told["ours"]}) -%}{%- endfor -%}
    {%- set levels = [{"policy": "plumbline", "step": 0, "rule": "ours", "name": "plumbline", "settings": ours}] -%}
    {%- for policy, told in mrr_policies().items() -%}
        {%- set settings = dict(ours) -%}
        {%- for rule in mrr_policy_rules() if rule in told["rules"] -%}
            {%- do settings.update({rule: told["rules"][rule]}) -%}
            {%- do levels.append({
                "policy": policy, "step": loop.index, "rule": rule, "name": policy ~ "_" ~ loop.index,
                "settings": dict(settings)
            }) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- do return(levels) -%}
{%- endmacro %}


{#- What a part counts under such settings, of a level of prices: an expression over a part of rollup.policy_row. -#}
{% macro policy_amount(settings) -%}
    {%- set unpaid = {
        "30 days": "not is_over_30_days", "15 days": "not is_over_15_days", "status": "not is_marked_unpaid",
        "never": "true"
    }[settings["unpaid"]] -%}
    {%- set discounts = {
        "lasting": "in ('forever', 'repeating')", "forever": "= 'forever'", "all": "in ('forever', 'repeating', 'once')"
    }[settings["discounts"]] -%}
    case
        when part = 'price' and {{ unpaid }}
            {%- if settings["paused"] == "nothing" %} and not is_paused{% endif %}
            {%- if settings["cancellation"] == "asked" %} and not is_end_asked{% endif %}
            {%- if settings["cancellation"] != "cycle" %} and not is_ended{% endif %}
            then
                greatest(gross_minor - case when coupon_duration {{ discounts }} then coupon_minor else 0 end, 0)
                {%- if settings["interval"] == "30 days" %} * thirty_day_factor{% endif %}
                {%- if settings["interval"] == "4.33 weeks" %} * week_factor{% endif %}
        {%- if settings["metered"] == "count" %}
        when part = 'usage' and {{ unpaid }} then gross_minor
        {%- endif %}
        else 0
    end
{%- endmacro %}


{#- From a month of 365 ÷ 12 days (or 52 ÷ 12 weeks) to one of 30 days. -#}
{% macro thirty_day_factor(interval_name) -%}
    case {{ interval_name }} when 'week' then 30.0 * 12 / (7 * 52) when 'day' then 30.0 * 12 / 365 else 1 end
{%- endmacro %}


{#- From a month of 52 ÷ 12 weeks to one of 4.33. -#}
{% macro week_factor(interval_name) -%}
    case {{ interval_name }} when 'week' then 4.33 * 12 / 52 else 1 end
{%- endmacro %}
