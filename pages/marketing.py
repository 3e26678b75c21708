"""Marketing: where do visitors and leads come from, what do they cost, and which touches win customers?"""

from app.dashboard import Compared, Dashboard, Lines, Steps, Tile

DASHBOARD = Dashboard(
    title="Marketing",
    section="Dashboards",
    order=60,
    answers=("M1", "M2", "M3", "M4", "M5", "S2"),
    audience=("marketing", "executive", "analyst"),
    can_compare=True,
    filters=("channel", "campaign"),
    rows=(
        (
            Tile("web_sessions"),
            Tile("web_leads"),
            Tile("web_sign_ups"),
            Tile("ad_spend"),
            Tile("roas"),
            Tile("campaign_roi"),
        ),
        (
            Lines(("web_sessions",), by="channel", width=6),
            Steps("web_sessions", then=("pricing_views", "forms_begun", "web_leads"), title="Website", width=6),
        ),
        (Compared("campaign", ("ad_spend", "campaign_revenue", "campaign_roi", "roas"), width=12),),
        (
            Compared("channel", ("channel_leads", "cost_per_lead", "cac_by_channel"), width=6),
            Compared("landing_page", ("landing_sessions", "landing_conversions", "landing_conversion_rate"), width=6),
        ),
        (
            Compared(
                "channel",
                ("attributed_mrr_linear", "attributed_mrr_first_touch", "attributed_mrr_last_touch",
                 "attributed_mrr_position", "attributed_mrr_time_decay", "attributed_deals_linear"),
                width=12,
            ),
        ),
        (
            Compared(
                "mailing",
                ("emails_delivered", "email_open_rate", "email_click_rate", "email_bounce_rate",
                 "email_unsubscribe_rate"),
                width=12,
            ),
        ),
    ),
)  # fmt: skip
