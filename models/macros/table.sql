{#- A table of core: worked out beside the old one, which it then replaces, in one statement. dbt's own, which this
    overrides, comes to the same in nine, each of which costs as much as making a small table. On Citus it is dbt's own:
    there a table cannot be dropped beside others being spread over nodes, nor be renamed among other statements. -#}
{% materialization table, adapter="postgres" %}
    {%- if has_citus() -%}
        {{ return(dbt.materialization_table_default()) }}
    {%- endif -%}
    {%- set target_relation = this.incorporate(type="table") -%}
    {%- set beside_relation = make_intermediate_relation(target_relation) -%}
    {%- set old_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {% call statement("main") -%}
        drop table if exists {{ beside_relation }} cascade;
        create table {{ beside_relation }} as
        {{ sql }};
        {%- if old_relation is not none %}
        drop {{ old_relation.type }} if exists {{ old_relation }} cascade;
        {%- endif %}
        alter table {{ beside_relation }} rename to {{ adapter.quote(this.identifier) }}
    {%- endcall %}
    {% do create_indexes(target_relation) %}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({"relations": [target_relation]}) }}
{% endmaterialization %}
