"""SQL: what can I ask of the warehouse in my own words, and how do I keep and share it?"""

from app.dashboard import Dashboard, SqlDesk

DASHBOARD = Dashboard(
    title="SQL",
    section="Reports",
    order=80,
    answers=("U1",),
    audience=("analyst", "engineer"),
    rows=((SqlDesk(),),),
)
