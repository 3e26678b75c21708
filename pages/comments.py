"""Comments: what do people say of a figure, and what is still open?"""

from app.dashboard import EVERYONE, CommentDesk, Dashboard

DASHBOARD = Dashboard(
    title="Comments",
    section="Answers",
    order=95,
    answers=("U2",),
    audience=EVERYONE,
    rows=((CommentDesk(),),),
)
