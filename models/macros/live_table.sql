{#- A table that is never away: it is worked out in rollup_next, and pipelines/exchange.py puts its rows in place of the
    live ones, for all tables in one transaction. dbt's own table is swapped as soon as it is made, and the views on it
    are dropped until they are built again. -#}
{% materialization live_table, adapter="postgres" %}
    {%- set next_relation = next_of(this).incorporate(type="table") -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main") -%}
        drop table if exists {{ next_relation }} cascade;
        create table {{ next_relation }} as
        {{ sql }}
    {%- endcall %}
    {% do create_indexes(next_relation) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [next_relation]}) }}
{% endmaterialization %}
