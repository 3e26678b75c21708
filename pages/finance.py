"""Finance: what do we earn and with what, what is a customer worth, who owes us, and are we within budget?"""

from app.dashboard import Breakdown, Cohorts, Compared, Dashboard, Lines, Ordered, Records, Tile

DASHBOARD = Dashboard(
    title="Finance",
    section="Dashboards",
    order=25,
    answers=("F2", "F3", "F4", "F5"),
    audience=("finance", "executive", "analyst"),
    can_compare=True,
    filters=("product", "plan", "region", "country", "currency"),
    rows=(
        (
            Tile("recognized_revenue"),
            Tile("gross_margin"),
            Tile("ltv"),
            Tile("cac"),
            Tile("ltv_to_cac"),
            Tile("overdue_receivables"),
        ),
        (
            Breakdown("recognized_revenue", by=("product",), width=6),
            Ordered("receivables", "bucket", "overdue_receivables", width=6),
        ),
        (
            Tile("invoiced_revenue"),
            Tile("arr_variance"),
            Tile("revenue_variance"),
            Tile("spend_variance"),
            Tile("cac_payback"),
            Tile("quick_ratio"),
        ),
        (Cohorts("customer_retention", "money_retention", began="new_customers"),),
        (Lines(("ltv", "cac", "cac_paid_only"), width=6), Lines(("arr", "arr_budget"), width=6)),
        (Compared("budget_line", ("spend_variance", "spend_variance_relative", "spend_budget"), width=12),),
        (Records("mart_finance.receivables_customer", ("receivables", "overdue_receivables")),),
    ),
)
