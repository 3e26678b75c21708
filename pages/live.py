"""Live: where the running month stands, seconds after a customer signs up, buys, pays or cancels."""

from app.dashboard import Dashboard, LiveTiles

DASHBOARD = Dashboard(
    title="Live",
    section="Dashboards",
    order=35,
    answers=("F2", "C3"),
    audience=("executive", "finance", "analyst"),
    rows=(
        (
            LiveTiles((
                "net_mrr", "new_mrr", "expansion_mrr", "churned_mrr",
                "active_customers", "new_customers", "churned_customers", "sign_ups",
                "payments_received", "failed_payments", "past_due_mrr", "overdue_receivables",
            )),
        ),
    ),
)  # fmt: skip
