"""Success measures: does the company get its answers sooner, by itself, and without quarrel?"""

from app.dashboard import Dashboard, Measure, Measures

DASHBOARD = Dashboard(
    title="Success measures",
    section="Answers",
    order=29,
    answers=("R1", "R2", "R3", "R4", "R5"),
    audience=("executive", "analyst"),
    rows=(
        (Measures(),),
        (Measure("R1"), Measure("R2")),
        (Measure("R3"), Measure("R5")),
        (Measure("R4", width=12),),
    ),
)
