-- One row per form that somebody filled in.
with source as (
    {{ raw("hubspot", "form_submissions", {
        "conversionId": "text", "formId": "text", "submittedAt": "timestamptz", "values_": "jsonb"
    }) }}
)

select
    conversionid as submission_id,
    formid as form_id,
    lower(trim(jsonb_path_query_first(values_, '$[*] ? (@.name == "email").value') #>> '{}')) as email,
    jsonb_path_query_first(values_, '$[*] ? (@.name == "utm_source").value') #>> '{}' as utm_source,
    jsonb_path_query_first(values_, '$[*] ? (@.name == "utm_medium").value') #>> '{}' as utm_medium,
    jsonb_path_query_first(values_, '$[*] ? (@.name == "utm_campaign").value') #>> '{}' as utm_campaign,
    submittedat as submitted_at
from source
