"""Timeline: what happened to the company, and when?"""

from app.dashboard import EVERYONE, Dashboard, TimelineDesk

DASHBOARD = Dashboard(
    title="Timeline",
    section="Answers",
    order=94,
    answers=("U2",),
    audience=EVERYONE,
    rows=((TimelineDesk(),),),
)
