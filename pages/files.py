"""Files: what have we put in place that no vendor has, did it load, and how do I bring a new one?"""

from app.dashboard import Dashboard, Filing

DASHBOARD = Dashboard(
    title="Files",
    section="Operations",
    order=92,
    answers=("U2", "U4", "T7"),
    audience=("finance", "sales", "product", "marketing", "customer_success", "analyst", "engineer"),
    rows=((Filing(),),),
)
