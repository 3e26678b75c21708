"""Customer success: who is healthy, who may leave, and how well do we help?"""

from app.dashboard import Dashboard, Lines, Ordered, Records, Tile

DASHBOARD = Dashboard(
    title="Customer success",
    section="Dashboards",
    order=70,
    answers=("C1", "C2", "C3", "C4", "C5"),
    audience=("customer_success", "executive", "analyst"),
    can_compare=True,
    filters=("product", "plan", "region", "country"),
    rows=(
        (
            Tile("health_score_average"),
            Tile("customers_at_risk"),
            Tile("mrr_at_risk"),
            Tile("nrr"),
            Tile("grr"),
            Tile("csat"),
        ),
        (
            Ordered("customers_by_health", "health_band", "health_score_average", width=6),
            Lines(("nrr", "grr"), width=6),
        ),
        (Records("mart_customer_success.customer_health_monthly", ("customers_at_risk", "mrr_at_risk")),),
        (
            Lines(("tickets_created", "tickets_solved"), width=6),
            Ordered("tickets_created", "priority", "open_tickets", width=6),
        ),
        (
            Lines(("resolution_time", "first_reply_time"), width=6),
            Lines(("onboarding_completion", "product_adoption"), width=6),
        ),
    ),
)
