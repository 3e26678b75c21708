"""Records: what is a figure made of, down to the records of the sources with their ids there?"""

from app.dashboard import EVERYONE, Dashboard, Drill

DASHBOARD = Dashboard(
    title="Records",
    section="Answers",
    order=90,
    answers=("R4",),
    audience=EVERYONE,
    rows=((Drill(),),),
    in_menu=False,
)
