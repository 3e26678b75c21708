{#- A slice: where only some customers' rows changed, a part works out only their rows (pipelines/live_slice.py says
    whose), so that its cost is that of the change and not of all history. A model may be sliced when each of its rows
    belongs to the customer in its column customer_id and is made from that customer's rows alone, beside what is the
    same for all (months, rates, products). A whole build never slices. -#}


{#- Whether only a slice is worked out. Asked when SQL is made, as in is_left_out. -#}
{% macro is_slice() -%}
    {%- do return(execute and env_var("PLUMBLINE_DBT_TOUCHED", "") != "") -%}
{%- endmacro %}


{#- A condition that keeps the rows of those customers whose rows are worked out; none in a whole build. It must stand
    where rows are read from raw tables: of what sliced models read from each other, only the slice is there.
    of: whose ids the column holds: `customers` of the warehouse, or Stripe's (`stripe`). -#}
{% macro only_touched(column, of="customers") -%}
    {%- if is_slice() -%}
        {{ column }} = any({{ touched(of) }})
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}


{#- The same for rows that do not name their customer, but a row of a sliced model in its column of the same name. -#}
{% macro only_those(column, relation) -%}
    {%- if is_slice() -%}
        {{ column }} = any(array(select {{ column }} from {{ relation }}))
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}


{#- The ids as a constant, which the planner can count and hash. -#}
{% macro touched(of="customers") -%}
    {%- set ids = fromjson(env_var("PLUMBLINE_DBT_TOUCHED"))[of] -%}
    cast(array[{% for id in ids %}'{{ id | replace("'", "''") }}'{{ ", " if not loop.last }}{% endfor %}] as text[])
{%- endmacro %}


{#- Whether the model is one that can be sliced. -#}
{% macro is_sliced(node) -%}
    {%- do return(((node.get("config") or {}).get("materialized") or "").startswith("sliced_")) -%}
{%- endmacro %}


{#- Where the rows of those customers are worked out, of a table in core as well as of one in rollup. -#}
{% macro slice_of(relation) -%}
    {%- do return(next_of(relation).incorporate(path={"identifier": relation.identifier ~ "__slice"}, type="table")) -%}
{%- endmacro %}


{#- The statements that work the slice out. What a model is made from may hold other customers as well. -#}
{% macro make_slice(slice_relation, sql) -%}
    drop table if exists {{ slice_relation }} cascade;
    create table {{ slice_relation }} as
    select made.* from (
        {{ sql }}
    ) as made where made.customer_id = any({{ touched() }});
    analyze {{ slice_relation }};
{%- endmacro %}


{#- A table of core that dbt makes anew, or in which the slice takes the place of those customers' rows. -#}
{% materialization sliced_table, adapter="postgres" %}
    {%- if not is_slice() -%}
        {{ return(materialization_table_postgres()) }}
    {%- endif -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main") -%}
        {{ make_slice(slice_of(this), sql) }}
        delete from {{ target_relation }} where customer_id = any({{ touched() }});
        insert into {{ target_relation }} select * from {{ slice_of(this) }};
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}


{#- A live table, or its slice, and over it a view of all rows as they will be once the slice has taken its place. What
    is nobody's, such as a guest's charge, stays: no slice is of it. -#}
{% materialization sliced_live_table, adapter="postgres" %}
    {%- if not is_slice() -%}
        {{ return(materialization_live_table_postgres()) }}
    {%- endif -%}
    {%- set next_relation = next_of(this).incorporate(type="view") -%}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main") -%}
        {{ make_slice(slice_of(this), sql) }}
        create view {{ next_relation }} as
        select * from {{ this }} where customer_id <> all({{ touched() }}) or customer_id is null
        union all
        select * from {{ slice_of(this) }};
    {%- endcall %}
    {{ adapter.commit() }}
    {{ return({"relations": [next_relation]}) }}
{% endmaterialization %}
