"""Revenue: what do we earn and with what, is recurring revenue growing, and what drives the change?"""

from app.dashboard import Breakdown, Bridge, Dashboard, Movements, Tile, Trend

DASHBOARD = Dashboard(
    title="Revenue",
    section="Dashboards",
    order=30,
    answers=("F1", "F2", "C3"),
    audience=("executive", "finance", "analyst"),
    can_compare=True,
    filters=("product", "plan", "region", "country", "currency"),
    rows=(
        (
            Tile("net_mrr"),
            Tile("new_mrr"),
            Tile("lost_mrr"),
            Tile("committed_mrr"),
            Tile("recognized_revenue"),
            Tile("invoiced_revenue"),
        ),
        (Trend("net_mrr", forecast="mrr_usd", width=6), Bridge(width=6)),
        (
            Breakdown("recognized_revenue", by=("product", "plan"), width=6),
            Breakdown("recognized_revenue", by=("country",), width=6),
        ),
        (Breakdown("net_mrr", by=("product", "plan"), width=6), Breakdown("net_mrr", by=("country",), width=6)),
        (Movements(width=12),),
    ),
)
