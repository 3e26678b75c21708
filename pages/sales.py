"""Sales: what is in the pipeline, who wins it, how long does it take, and is the forecast right?"""

from app.dashboard import Compared, Dashboard, Lines, Ordered, Records, Tile

DASHBOARD = Dashboard(
    title="Sales",
    section="Dashboards",
    order=40,
    answers=("S1", "S2", "S3", "S4", "S5"),
    audience=("sales", "executive", "analyst"),
    can_compare=True,
    filters=("rep", "lead_source", "industry", "company_size", "country"),
    rows=(
        (
            Tile("open_pipeline"),
            Tile("win_rate"),
            Tile("quota_attainment"),
            Tile("forecast_attainment"),
            Tile("time_to_close"),
            Tile("lead_velocity"),
        ),
        (
            Ordered("open_pipeline", "stage", "weighted_pipeline", width=6),
            Lines(("win_rate", "cohort_win_rate"), width=6),
        ),
        (
            Compared("rep", ("credited_bookings", "quota_attainment", "won_deals", "open_pipeline"), width=6),
            Lines(("forecast_weighted", "forecast_won"), width=6),
        ),
        (
            Compared("lead_source", ("new_leads", "lead_conversion_rate", "lead_win_rate"), width=6),
            Ordered("time_to_close", "deal_size", "won_deals", width=6),
        ),
        (
            Compared("industry", ("won_acv", "average_deal_acv", "median_deal_acv", "won_deals"), width=6),
            Compared("company_size", ("won_acv", "average_deal_acv", "median_deal_acv", "won_deals"), width=6),
        ),
        (Records("mart_sales.open_deals", ("open_deals", "open_pipeline", "stale_deals", "stale_pipeline")),),
    ),
)
