{#- Rollups are worked out beside the live ones, in rollup_next, and exchanged all at once when the whole build held
    (pipelines/exchange.py). So models and invariants read the rollups of their own build; only marts, which are made
    in that exchange, name the live ones. Where only a part is built (pipelines/live.py), what is not in it is read as
    readers see it; and where only a slice is (models/macros/slices.sql), sliced models read each other's slices. A
    rehearsal (pipelines/definitions/beside.py) reads what it works out itself, and all else as readers see it. Lineage
    stays what dbt's manifest says. Overrides dbt's own. -#}
{% macro ref(model_name) -%}
    {%- set relation = builtins.ref(model_name) -%}
    {%- if is_rehearsal() -%}
        {%- if execute and node_id(model_name) not in selected_resources -%}
            {%- set relation = live_of(relation) -%}
        {%- endif -%}
    {%- elif is_slice() and is_sliced(model) and is_sliced(node_of(model_name)) and not is_left_out(model_name) -%}
        {%- set relation = slice_of(relation) -%}
    {%- elif relation.schema == "rollup" and not is_mart() and not is_left_out(model_name) -%}
        {%- set relation = next_of(relation) -%}
    {%- endif -%}
    {%- do return(relation) -%}
{%- endmacro %}


{#- Where a rollup is worked out before it is exchanged; a rehearsal exchanges nothing. -#}
{% macro next_of(relation) -%}
    {%- do return(relation if is_rehearsal() else relation.incorporate(path={"schema": "rollup_next"})) -%}
{%- endmacro %}


{#- Whether changed models are worked out beside the live ones, in schemas of their own that nobody else reads. -#}
{% macro is_rehearsal() -%}
    {%- do return(target.name == "rehearsal") -%}
{%- endmacro %}


{#- What readers see of a model that a rehearsal does not work out. -#}
{% macro live_of(relation) -%}
    {%- do return(relation.incorporate(path={"schema": relation.schema.removeprefix("rehearsal_")})) -%}
{%- endmacro %}


{#- Whether the model is a mart. -#}
{% macro is_mart() -%}
    {%- do return(model.original_file_path.startswith("marts/")) -%}
{%- endmacro %}


{#- Whether a part is built that the model is not in. Asked when SQL is made, not when the project is parsed: dbt would
    parse everything anew. -#}
{% macro is_left_out(model_name) -%}
    {%- set is_part = execute and env_var("PLUMBLINE_DBT_IS_PART", "") != "" -%}
    {%- do return(is_part and node_id(model_name) not in selected_resources) -%}
{%- endmacro %}


{#- What dbt's manifest says of the model. Only there when SQL is made. -#}
{% macro node_of(model_name) -%}
    {%- do return(graph.nodes[node_id(model_name)]) -%}
{%- endmacro %}


{% macro node_id(model_name) -%}
    {%- do return("model." ~ project_name ~ "." ~ model_name) -%}
{%- endmacro %}
