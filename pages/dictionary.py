"""Dictionary: what does each figure mean, who answers for it, and where does it come from?"""

from app.dashboard import EVERYONE, Dashboard, Glossary

DASHBOARD = Dashboard(
    title="Dictionary",
    section="Answers",
    order=96,
    answers=("U1", "U2"),
    audience=EVERYONE,
    rows=((Glossary(),),),
)
