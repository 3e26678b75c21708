{#- The rows of a raw table with the columns asked for, each in the type asked for.

    A source that was never loaded, or lacks a column, is a normal state: what is absent reads as typed nulls, and
    an absent table as no rows. Names are matched without regard to case and underscores, because loaders differ.

    columns: {name: type}. A `timestamp without time zone` asked for as timestamptz is taken as UTC. -#}
{% macro raw(source_name, table_name, columns) -%}
    {%- set declared = source(source_name, table_name) -%}
    {%- set found = raw_columns(declared) if execute else {} -%}
    select
    {%- for name, type in columns.items() %}
        {{ raw_cast(found.get(raw_key(name)), type) }} as {{ name }}{{ "," if not loop.last }}
    {%- endfor %}
    {% if found -%}
    from {{ adapter.quote(found["table "].schema) }}.{{ adapter.quote(found["table "].name) }}
    {%- else -%}
    where false
    {%- endif %}
{%- endmacro %}


{#- What the database holds under that name: {plain name: {name, type}}, and the table itself under "table ". -#}
{% macro raw_columns(relation) -%}
    {%- set catalogue -%}
        select n.nspname, c.relname, a.attname, format_type(a.atttypid, null)
        from pg_catalog.pg_class as c
        inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
        inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
        where n.nspname = '{{ relation.schema }}'
            and replace(lower(c.relname), '_', '') = '{{ raw_key(relation.identifier) }}'
            and c.relkind in ('r', 'p', 'v', 'm', 'f')
    {%- endset -%}
    {%- set found = {} -%}
    {%- for row in run_query(catalogue).rows -%}
        {%- do found.update({"table ": {"schema": row[0], "name": row[1]}}) -%}
        {%- do found.update({raw_key(row[2]): {"name": row[2], "type": row[3]}}) -%}
    {%- endfor -%}
    {%- do return(found) -%}
{%- endmacro %}


{% macro raw_key(name) -%}
    {%- do return(name | lower | replace("_", "")) -%}
{%- endmacro %}


{#- One raw column as an expression of the type asked for. -#}
{% macro raw_cast(column, type) -%}
    {%- if column is none -%}
        cast(null as {{ type }})
    {%- else -%}
        {%- set name = adapter.quote(column.name) -%}
        {%- if column.type == type -%}
            {{ name }}
        {%- elif type == "timestamptz" and column.type == "timestamp without time zone" -%}
            {{ name }} at time zone 'UTC'
        {%- elif type == "jsonb" and column.type not in ("text", "character varying", "json") -%}
            to_jsonb({{ name }})
        {%- elif column.type == "jsonb" -%}
            cast({{ name }} #>> '{}' as {{ type }})
        {%- elif type != "text" and column.type in ("text", "character varying") -%}
            cast(nullif({{ name }}, '') as {{ type }})
        {%- else -%}
            cast({{ name }} as {{ type }})
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
