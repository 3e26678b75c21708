"""Database access: how do I read our marts in Tableau, Looker or psql, and who has a way in?"""

from app.dashboard import Dashboard, DatabaseLogins

DASHBOARD = Dashboard(
    title="Database access",
    section="Reports",
    order=85,
    answers=("U1", "U4"),
    audience=("analyst", "engineer"),
    rows=((DatabaseLogins(),),),
)
