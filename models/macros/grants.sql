{#- Grants on logins that exist only: a foreign database in a test has none of ours. Overrides dbt's own.
    The worker, which the default privileges let read every mart, keeps its right; who is not named loses it. -#}
{% macro apply_grants(relation, grant_config, should_revoke) -%}
    {%- if grant_config and execute -%}
        {%- set known = run_query("select rolname from pg_catalog.pg_roles where rolname like 'plumbline\\_%'").columns[0].values() -%}
        {%- set wanted = [] -%}
        {%- for login in grant_config.get("select", []) + ["plumbline_worker"] if login in known -%}
            {%- do wanted.append(login) -%}
        {%- endfor -%}
        {{ return(adapter.dispatch("apply_grants", "dbt")(relation, {"select": wanted}, should_revoke)) }}
    {%- endif -%}
{%- endmacro %}
