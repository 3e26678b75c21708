{#- Where the citus extension is installed, makes the table distributed or a reference table as the model's config
    says: meta.distributed_by, meta.reference. All keys are texts, so Citus keeps the rows of one customer together.
    On plain Postgres it does nothing. -#}
{% macro distribute() -%}
    {%- set meta = config.get("meta", {}) -%}
    {%- if execute and (meta.get("reference") or meta.get("distributed_by")) and has_citus() -%}
        {%- if meta.get("reference") -%}
            select create_reference_table('{{ this }}')
        {%- elif meta.get("distributed_by") -%}
            select create_distributed_table('{{ this }}', '{{ meta["distributed_by"] }}')
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}


{#- pipelines/dbt.py has asked the warehouse once for all models. -#}
{% macro has_citus() -%}
    {%- do return(env_var("PLUMBLINE_DBT_HAS_CITUS", "") != "") -%}
{%- endmacro %}
