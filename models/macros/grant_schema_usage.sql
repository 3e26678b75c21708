{#- Lets each reading login enter the schemas in which dbt granted it something; nothing else is opened.
    Analysts read core and rollup too.
    A login that does not exist (a foreign database in a test) is left out. -#}
{% macro grant_schema_usage() -%}
    do $$
    declare entry record;
    begin
        if exists (select from pg_catalog.pg_roles where rolname = 'plumbline_analyst') then
            -- One by one: Citus cannot grant on tables of all its kinds in one statement.
            for entry in
                select table_schema as schema_name, table_name from information_schema.tables
                where table_schema in ('core', 'rollup')
            loop
                execute format('grant select on %I.%I to plumbline_analyst', entry.schema_name, entry.table_name);
            end loop;
        end if;
        for entry in
            select distinct table_schema as schema_name, grantee
            from information_schema.role_table_grants
            where privilege_type = 'SELECT'
                and (table_schema like 'mart\_%' or table_schema in ('core', 'rollup'))
                and grantee like 'plumbline\_%'
                and grantee in (select rolname from pg_catalog.pg_roles)
                and grantee <> current_user
        loop
            execute format('grant usage on schema %I to %I', entry.schema_name, entry.grantee);
        end loop;
    end $$
{%- endmacro %}
