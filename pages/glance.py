"""Glance: the six numbers that matter, on a phone, at a look."""

from app.dashboard import Alerts, Dashboard, Tile

DASHBOARD = Dashboard(
    title="Glance",
    section="Dashboards",
    order=20,
    answers=("F1", "C3"),
    audience=("executive", "analyst"),
    layout="phone",
    rows=(
        (Alerts(most=1, width=12),),
        (
            Tile("arr"),
            Tile("active_customers"),
            Tile("nrr"),
            Tile("gross_mrr_churn"),
            Tile("gross_margin"),
            Tile("cash_runway"),
        ),
    ),
)
