{#- A view that is never away: it is replaced in place, so that views on it and those who read it go on meanwhile.
    dbt's own view is swapped, and the old one dropped with all that rests on it until that is built again.
    Only where columns changed is it made anew; the old one steps aside, and marts read on from it until
    pipelines/exchange.py has made them anew too. A mart is not made here but there, unless it is rehearsed. -#}
{% materialization live_view, adapter="postgres" %}
    {%- set target_relation = this.incorporate(type="view") -%}
    {%- if is_mart() and not is_rehearsal() -%}
        {% call noop_statement("main", "left to the exchange") -%}
            {{ sql }}
        {%- endcall %}
        {{ return({"relations": []}) }}
    {%- endif -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main") -%}
        do $build$
        begin
            create or replace view {{ target_relation }} as
            {{ sql }};
        exception when invalid_table_definition or wrong_object_type then
            {{ step_aside(target_relation) }}
            create view {{ target_relation }} as
            {{ sql }};
        end $build$
    {%- endcall %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}


{#- Statements that give the relation's name free. Who reads it, reads on from `<name>__before`; a build that fell short
    may have left one, and then nobody but that build has read the relation. -#}
{% macro step_aside(relation) -%}
    {%- set before = relation.identifier ~ "__before" -%}
    {%- set before_relation = relation.incorporate(path={"identifier": before}) -%}
    if to_regclass('{{ before_relation }}') is null then
        alter table {{ relation }} rename to {{ adapter.quote(before) }};
    elsif (select relkind from pg_catalog.pg_class where oid = to_regclass('{{ relation }}')) in ('r', 'p') then
        drop table {{ relation }} cascade;
    else
        drop view {{ relation }} cascade;
    end if;
{%- endmacro %}
