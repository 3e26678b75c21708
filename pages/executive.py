"""Executive: how is the company doing, and what needs me?"""

from app.dashboard import Alerts, Bridge, Dashboard, Flow, Ranked, Runway, Tile, Trend

DASHBOARD = Dashboard(
    title="Executive",
    section="Dashboards",
    order=10,
    answers=("F1", "F2", "F3", "F6", "C3"),
    audience=("executive", "analyst"),
    can_compare=True,
    filters=("product", "plan", "region", "country", "currency"),
    rows=(
        (
            Tile("arr"),
            Tile("active_customers"),
            Tile("nrr"),
            Tile("gross_mrr_churn"),
            Tile("gross_margin"),
            Tile("cash_runway"),
        ),
        (
            Trend("arr", forecast="mrr_usd", factor=12),
            Bridge(),
            Alerts(),
        ),
        (
            Ranked("recognized_revenue", by=("product", "country")),
            Runway(),
            Flow(
                came="new_customers",
                went="churned_customers",
                noun="customers",
                total="active_customers",
                back="reactivated_customers",
            ),
        ),
    ),
)
