"""Product: who uses what, who stays, and where do users drop off?"""

from app.dashboard import Cohorts, Compared, Dashboard, Lines, Ordered, Steps, Tile

FUNNELS = (("onboarding", "Onboarding"), ("report_builder", "Report builder"), ("automation", "Automation"))
DASHBOARD = Dashboard(
    title="Product",
    section="Dashboards",
    order=50,
    answers=("P1", "P2", "P3", "P4", "P5", "C5"),
    audience=("product", "executive", "analyst"),
    can_compare=True,
    filters=("plan", "country"),
    rows=(
        (
            Tile("mau"),
            Tile("mean_dau"),
            Tile("stickiness"),
            Tile("engagement_score"),
            Tile("power_user_share"),
            Tile("onboarding_completion"),
        ),
        (
            Lines(("mau", "wau", "dau"), grain="day", months=2, width=6),
            Compared("feature", ("feature_adoption", "feature_users", "feature_retention_lift"), width=6),
        ),
        (Cohorts("user_retention", noun="users"),),
        tuple(
            Steps("funnel_reached", within=(("funnel", name),), title=title, onward="funnel_step_conversion",
                  through="funnel_conversion", width=4)
            for name, title in FUNNELS
        ),
        (
            Ordered("engaged_accounts", "engagement_level", "engagement_score", width=6),
            Ordered("month_users", "usage_group", "active_days", width=6),
        ),
    ),
)  # fmt: skip
