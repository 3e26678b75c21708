"""Reconciliation: why do departments report different figures, and which records stand between them?"""

from app.dashboard import Dashboard, Quarrel

DASHBOARD = Dashboard(
    title="Reconciliation",
    section="Answers",
    order=25,
    answers=("F1", "R4"),
    audience=("executive", "finance", "sales", "product", "marketing", "analyst"),
    rows=((Quarrel(),),),
)
