-- One row per attempt to send a mail to one person; what it said, and the figures of its subject, are left out.
select
    mail_id,
    recipient,
    kind,
    regexp_replace(subject, '[−$]*[0-9]([0-9.,]*[0-9])?[KMB]?', '…', 'g') as subject,
    sent_at as started_at,
    result,
    error
from {{ ref("stg_portal__mails") }}
