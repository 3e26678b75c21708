"""Questions: what does the business ask, and what is the certified answer?"""

from app.dashboard import EVERYONE, Dashboard, Questions

DASHBOARD = Dashboard(
    title="Questions",
    section="Answers",
    order=28,
    answers=("U2",),
    audience=EVERYONE,
    rows=((Questions(),),),
)
