{#- A table that is never away: its rows are exchanged in one transaction, so that who reads it meanwhile sees the old
    ones, and the views on it stay. dbt's own table is swapped, and the views dropped until they are built again.
    The rows are worked out beforehand; only where columns changed is the table made anew. -#}
{% materialization live_table, adapter="postgres" %}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set fresh = adapter.quote(this.identifier ~ "__fresh") -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("work_out") -%}
        create temporary table {{ fresh }} on commit drop as
        {{ sql }}
    {%- endcall %}
    {%- set is_same = columns_of(target_relation) == columns_of("pg_temp." ~ fresh) -%}
    {% call statement("main") -%}
        {%- if is_same -%}
            delete from {{ target_relation }};
            insert into {{ target_relation }} select * from {{ fresh }};
        {%- else -%}
            do $build$ begin {{ drop_whatever_it_is(target_relation) }} end $build$;
            create table {{ target_relation }} as select * from {{ fresh }};
        {%- endif -%}
    {%- endcall %}
    {% if not is_same -%}
        {% do create_indexes(target_relation) %}
    {%- endif %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}


{#- Names and types of a relation's columns, in order; none if it is not there or no table. -#}
{% macro columns_of(relation) -%}
    {%- set columns = run_query(
        "select a.attname || ' ' || format_type(a.atttypid, a.atttypmod) from pg_catalog.pg_attribute as a "
        ~ "inner join pg_catalog.pg_class as c on a.attrelid = c.oid and c.relkind in ('r', 'p') "
        ~ "where c.oid = to_regclass('" ~ relation ~ "') and a.attnum > 0 and not a.attisdropped order by a.attnum"
    ) -%}
    {%- do return(columns.columns[0].values() | list) -%}
{%- endmacro %}
