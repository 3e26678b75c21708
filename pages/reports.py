"""Reports: what do I want to see myself, and what have others put together for my role?"""

from app.dashboard import EVERYONE, Dashboard, ReportDesk

DASHBOARD = Dashboard(
    title="Reports",
    section="Reports",
    order=29,
    answers=("U2",),
    audience=EVERYONE,
    rows=((ReportDesk(),),),
)
