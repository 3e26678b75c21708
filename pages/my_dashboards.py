"""My dashboards: what do I want to see side by side, and with whom do I share it?"""

from app.dashboard import EVERYONE, Dashboard, OwnDashboards

DASHBOARD = Dashboard(
    title="My dashboards",
    section="Reports",
    order=75,
    answers=("U1", "U2"),
    audience=EVERYONE,
    rows=((OwnDashboards(),),),
)
