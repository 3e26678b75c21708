"""Revenue: is recurring revenue growing, and what drives the change?"""

from app.dashboard import Breakdown, Bridge, Dashboard, Movements, Tile, Trend

DASHBOARD = Dashboard(
    title="Revenue",
    section="Finance",
    order=30,
    answers=("F1", "F2", "C3"),
    audience=("executive", "finance", "analyst"),
    can_compare=True,
    rows=(
        (
            Tile("net_mrr"),
            Tile("new_mrr"),
            Tile("expansion_mrr"),
            Tile("contraction_mrr"),
            Tile("churned_mrr"),
            Tile("committed_mrr"),
        ),
        (
            Trend("net_mrr", forecast="mrr_usd", width=6),
            Bridge(width=6),
        ),
        (Breakdown("net_mrr", by=("product", "plan"), width=6), Breakdown("net_mrr", by=("country",), width=6)),
        (Movements(width=12),),
    ),
)
