"""The questions that the business asks, each with the certified figure that answers it and the panels that explain it.

The words and ids are those of the requirements; tests/house holds that each of them is answered here.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.elements import (
    Breakdown,
    Cohorts,
    Compared,
    Lines,
    Ordered,
    Pictured,
    Records,
    Runway,
    Steps,
    Trend,
)


@dataclass(frozen=True)
class BusinessQuestion:
    """A question, the metric whose figure is its short answer, what explains it, and the page where it goes on."""

    key: str
    text: str
    metric: str
    panels: tuple[Pictured, ...]
    page: str


DEPARTMENTS = {"F": "Finance", "S": "Sales", "P": "Product", "M": "Marketing", "C": "Customer success"}
"""Who asks, by the first letter of the key."""
WEB = ("pricing_views", "forms_begun", "web_leads")
TOUCHES = ("attributed_mrr_linear", "attributed_mrr_first_touch", "attributed_mrr_last_touch",
           "attributed_mrr_position", "attributed_mrr_time_decay", "attributed_deals_linear")  # fmt: skip
DEALS = ("average_deal_acv", "median_deal_acv", "won_deals")
LIFTS = ("feature_users", "feature_user_retention", "feature_retention_lift")
ADOPTION = ("feature_adoption", "adopting_accounts", "eligible_accounts")
QUESTIONS = (
    BusinessQuestion("F1", "What is our true monthly recurring revenue (MRR)?", "net_mrr",
                     (Trend("net_mrr", forecast="mrr_usd"),), "revenue"),
    BusinessQuestion("F2", "What is revenue by product, plan and geography?", "recognized_revenue",
                     (Breakdown("recognized_revenue", by=("product", "plan", "country")),), "revenue"),
    BusinessQuestion("F3", "What is gross margin by product line?", "gross_margin",
                     (Compared("product", ("recognized_revenue", "gross_profit", "gross_margin")),), "finance"),
    BusinessQuestion("F4", "What is customer lifetime value (LTV) by cohort?", "ltv",
                     (Compared("cohort_year", ("ltv", "ltv_low", "ltv_high")),), "finance"),
    BusinessQuestion("F5", "What are our unit economics (CAC and LTV:CAC)?", "ltv_to_cac",
                     (Lines(("ltv", "cac", "cac_paid_only")),), "finance"),
    BusinessQuestion("F6", "Cash-flow forecast: when do we reach profitability?", "cash_runway",
                     (Runway(width=12),), "executive"),
    BusinessQuestion("S1", "What is the sales pipeline by stage?", "open_pipeline",
                     (Ordered("open_pipeline", "stage", "weighted_pipeline"),), "sales"),
    BusinessQuestion("S2", "Which lead sources convert best?", "lead_conversion_rate",
                     (Compared("lead_source", ("new_leads", "lead_conversion_rate", "lead_win_rate")),), "sales"),
    BusinessQuestion("S3", "What is the average deal size by industry and company size?", "average_deal_acv",
                     (Compared("industry", DEALS), Compared("company_size", DEALS)), "sales"),
    BusinessQuestion("S4", "How does each sales rep perform against quota?", "quota_attainment",
                     (Compared("rep", ("credited_bookings", "quota_attainment", "won_deals"), most=20),), "sales"),
    BusinessQuestion("S5", "How long does a deal take to close, by deal size?", "time_to_close",
                     (Ordered("time_to_close", "deal_size", "won_deals"),), "sales"),
    BusinessQuestion("P1", "Which features drive engagement (and retention)?", "features_per_user",
                     (Compared("feature", LIFTS, most=20),), "product"),
    BusinessQuestion("P2", "Where do users drop off in key flows?", "onboarding_completion",
                     (Steps("funnel_reached", within=(("funnel", "onboarding"),), title="Onboarding",
                            onward="funnel_step_conversion", through="funnel_conversion"),), "product"),
    BusinessQuestion("P3", "What is the adoption rate of each feature?", "feature_adoption",
                     (Compared("feature", ADOPTION, most=20),), "product"),
    BusinessQuestion("P4", "What is user retention by cohort?", "user_retention",
                     (Cohorts("user_retention", noun="users"),), "product"),
    BusinessQuestion("P5", "How do usage patterns differ: power users and casual users?", "power_user_share",
                     (Ordered("month_users", "usage_group", "active_days"),), "product"),
    BusinessQuestion("M1", "What is customer acquisition cost (CAC) by channel?", "cac",
                     (Compared("channel", ("channel_leads", "cost_per_lead", "cac_by_channel")),), "marketing"),
    BusinessQuestion("M2", "Attribution: which touchpoints drive conversions and revenue?", "attributed_mrr_linear",
                     (Compared("channel", TOUCHES),), "marketing"),
    BusinessQuestion("M3", "What is the ROI of each campaign?", "campaign_roi",
                     (Compared("campaign", ("ad_spend", "campaign_revenue", "campaign_roi", "roas"), most=20),),
                     "marketing"),
    BusinessQuestion("M4", "What is the website's conversion funnel?", "web_lead_rate",
                     (Steps("web_sessions", then=WEB, title="Website"),), "marketing"),
    BusinessQuestion("M5", "How do e-mail campaigns perform?", "email_click_rate",
                     (Compared("mailing", ("emails_delivered", "email_open_rate", "email_click_rate",
                                           "email_unsubscribe_rate")),), "marketing"),
    BusinessQuestion("C1", "What is each customer's health score?", "health_score_average",
                     (Ordered("customers_by_health", "health_band", "health_score_average"),
                      Records("mart_customer_success.customer_health_monthly", ("customers_at_risk", "mrr_at_risk"))),
                     "customer-success"),
    BusinessQuestion("C2", "Churn prediction: which customers are at risk?", "customers_at_risk",
                     (Records("mart_customer_success.customer_health_monthly", ("customers_at_risk", "mrr_at_risk")),),
                     "customer-success"),
    BusinessQuestion("C3", "What is net revenue retention (NRR)?", "nrr", (Lines(("nrr", "grr")),),
                     "customer-success"),
    BusinessQuestion("C4", "How do support tickets and resolution times develop?", "resolution_time",
                     (Lines(("tickets_created", "tickets_solved")),
                      Lines(("resolution_time", "first_reply_time"))), "customer-success"),
    BusinessQuestion("C5", "What are the product-adoption and onboarding-completion rates?", "product_adoption",
                     (Lines(("product_adoption", "onboarding_completion")),), "customer-success"),
)  # fmt: skip
