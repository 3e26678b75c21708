{#- A view that is never away: it is replaced in place, so that views on it and those who read it go on meanwhile.
    dbt's own view is swapped, and the old one dropped with all that rests on it until that is built again.
    Only where columns changed is it made anew. -#}
{% materialization live_view, adapter="postgres" %}
    {%- set target_relation = this.incorporate(type="view") -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main") -%}
        do $build$
        begin
            create or replace view {{ target_relation }} as
            {{ sql }};
        exception when invalid_table_definition or wrong_object_type then
            {{ drop_whatever_it_is(target_relation) }}
            create view {{ target_relation }} as
            {{ sql }};
        end $build$
    {%- endcall %}
    {% do apply_grants(target_relation, config.get("grants"), should_revoke=True) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}


{#- Statements that drop a relation of that name, view or table, with what rests on it. -#}
{% macro drop_whatever_it_is(relation) -%}
    if (select relkind from pg_catalog.pg_class where oid = to_regclass('{{ relation }}')) in ('r', 'p') then
        drop table {{ relation }} cascade;
    else
        drop view if exists {{ relation }} cascade;
    end if;
{%- endmacro %}
