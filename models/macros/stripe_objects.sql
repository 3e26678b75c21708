{#- The newest version of each Stripe object: the loader's row, or a later one that a webhook brought.

    kind: Stripe's `object` name. table_name: the raw table; none where no tap loads the kind. columns: {name: type}. nested: the list inside a parent
    object whose members are the objects (lines of an invoice, items of a subscription); kind is then the parent's,
    and parent_key the column that names the parent.

    A loader's row speaks about the instant it was extracted; an event about the instant it happened. An event that was
    set aside, or whose object has not the shape that is read (macro stripe_shapes), is as if it had never come: the
    loader's row or an earlier event holds. What was loaded is not materialized: it is named twice, but of the second
    only a few rows are asked for, and as a part of the query it can be read by several workers. -#}
{% macro stripe_objects(kind, table_name, columns, nested=none, parent_key=none) -%}
    {%- set loaded_columns = dict(columns) -%}
    {%- do loaded_columns.update({"updated": "timestamptz", "_sdc_extracted_at": "timestamptz"}) -%}
    with loaded as not materialized (
        {% if table_name -%}
        {{ raw("stripe", table_name, loaded_columns) | indent(8) }}
        {%- else -%}
        select
        {%- for name, type in loaded_columns.items() %}
            cast(null as {{ type }}) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
        where false
        {%- endif %}
    ),

    events as (
        {{ raw("stripe_webhook", "event", {"event_id": "text", "created": "timestamptz", "payload": "jsonb", "state": "text"}) | indent(8) }}
    ),

    objects as (
        select
            events.created,
            events.event_id,
            {% if nested -%}
            jsonb_array_elements(events.payload #> '{data,object,{{ nested }},data}')
                || jsonb_build_object('{{ parent_key }}', events.payload #>> '{data,object,id}') as body
            {%- else -%}
            events.payload #> '{data,object}' as body
            {%- endif %}
        from events
        where events.payload #>> '{data,object,object}' = '{{ kind }}'
            and coalesce(events.state, 'read') = 'read'
            and {{ json_fits("(events.payload #> '{data,object}')", stripe_shapes()[kind]) }}
    ),

    pushed as (
        select distinct on (body ->> 'id')
        {%- for name, type in columns.items() %}
            {{ json_field("body", name, type) }} as {{ name }},
        {%- endfor %}
            objects.created as pushed_at
        from objects
        order by body ->> 'id', objects.created desc, objects.event_id desc
    )

    select
    {%- for name in columns %}
        loaded.{{ name }},
    {%- endfor %}
        false as is_from_webhook
    from loaded
    left join pushed on loaded.id = pushed.id
    where pushed.id is null or pushed.pushed_at <= coalesce(loaded._sdc_extracted_at, loaded.updated)
    union all
    select
    {%- for name in columns %}
        pushed.{{ name }},
    {%- endfor %}
        true as is_from_webhook
    from pushed
    left join loaded on pushed.id = loaded.id
    where loaded.id is null or pushed.pushed_at > coalesce(loaded._sdc_extracted_at, loaded.updated)
{%- endmacro %}


{#- A field of a JSON object in the type asked for. -#}
{% macro json_field(object, name, type) -%}
    {%- if type == "jsonb" -%}
        {{ object }} -> '{{ name }}'
    {%- elif type == "timestamptz" -%}
        {{ json_instant(object ~ " ->> '" ~ name ~ "'") }}
    {%- elif type == "text" -%}
        {{ object }} ->> '{{ name }}'
    {%- else -%}
        cast({{ object }} ->> '{{ name }}' as {{ type }})
    {%- endif -%}
{%- endmacro %}


{#- The members of a Stripe list, with or without its wrapper ({"object": "list", "data": […]}). -#}
{% macro json_list(value) -%}
    case jsonb_typeof({{ value }})
        when 'array' then {{ value }}
        when 'object' then coalesce({{ value }} -> 'data', '[]'::jsonb)
        else '[]'::jsonb
    end
{%- endmacro %}
