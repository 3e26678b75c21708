"""Mail: what did Plumbline send me, and did it arrive?"""

from app.dashboard import EVERYONE, Dashboard, Inbox, Listing

DASHBOARD = Dashboard(
    title="Mail",
    section="Operations",
    order=95,
    answers=("U3", "T14"),
    audience=EVERYONE,
    rows=((Inbox(),), (Listing("deliveries", width=12, readers=("engineer",)),)),
)
