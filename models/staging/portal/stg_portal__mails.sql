-- One row per attempt to send a mail to one person.
with source as (
    {{ raw("portal", "mail_log", {
        "mail_id": "uuid", "kind": "text", "recipient": "text", "subject": "text", "sent_at": "timestamptz",
        "result": "text", "error": "text", "message_id": "text"
    }) }}
)

select
    mail_id,
    kind,
    recipient,
    subject,
    sent_at,
    result,
    error,
    message_id
from source
