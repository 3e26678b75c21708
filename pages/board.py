"""Board: what did we tell the board, and what has changed since?"""

from app.dashboard import BoardPacks, Dashboard

DASHBOARD = Dashboard(
    title="Board packs",
    section="Answers",
    order=40,
    answers=("R4",),
    audience=("executive", "finance", "analyst"),
    rows=((BoardPacks(),),),
)
