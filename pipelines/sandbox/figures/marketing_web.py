"""What visitors of the web site did, from the company's own days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.web import COLUMNS, local_day
from pipelines.sandbox.figures.marketing_people import NO_CAMPAIGN, Kinds
from pipelines.sandbox.figures.tally import Row, told_of
from pipelines.sandbox.figures.told import Told, divided

TRAFFIC = ("web_sessions", "web_engaged_sessions", "web_new_users", "web_page_views", "web_leads", "web_sign_ups")
DID = ("sessions", "engaged", "new", "views", "leads", "signups")
LANDING = ("landing_sessions", "landing_engaged_sessions", "landing_conversions")
RATES = {"web_engagement_rate": ("web_engaged_sessions", "web_sessions"),
         "web_lead_rate": ("web_leads", "web_sessions"), "web_sign_up_rate": ("web_sign_ups", "web_sessions"),
         "landing_engagement_rate": ("landing_engaged_sessions", "landing_sessions"),
         "landing_conversion_rate": ("landing_conversions", "landing_sessions")}  # fmt: skip
STEPS = {"pricing_view_rate": ("pricing_views", "web_sessions"), "form_begin_rate": ("forms_begun", "pricing_views"),
         "form_completion_rate": ("web_leads", "forms_begun")}  # fmt: skip


def told(company: Company, books: Books, held: Kinds) -> Iterator[Told]:
    """Traffic by where it came from, landing pages, and the steps of the way through the site."""
    traffic: list[Row] = []
    landing: list[Row] = []
    steps: list[Row] = []
    today = local_day(company.until)
    for one in held[("ga4", "day")]:
        day = one.body
        when = date.fromisoformat(day["date"])
        if when >= today:
            continue
        month = when.replace(day=1)
        for values in day["rows"]:
            visit = dict(zip(COLUMNS, values, strict=True))
            source, medium, campaign, channel = day["origins"][visit["origin"]]
            parts = {"channel": channel, "source": source, "medium": medium,
                     "campaign": NO_CAMPAIGN if campaign.startswith("(") else campaign}  # fmt: skip
            traffic.append((month, parts, tuple(visit[name] for name in DID)))
            page = {"landing_page": day["pages"][visit["page"]]}
            won = visit["leads"] + visit["signups"]
            landing.append((month, page, (visit["sessions"], visit["engaged"], won)))
            steps.append((month, {}, (visit["pricing"], visit["forms"])))
    found = told_of(TRAFFIC, ("channel", "source", "medium", "campaign"), traffic)
    found |= told_of(LANDING, ("landing_page",), landing)
    found |= told_of(("pricing_views", "forms_begun"), (), steps)
    for figures in found.values():
        yield from figures
    for rate, (top, bottom) in (RATES | STEPS).items():
        yield from divided(rate, found[top], found[bottom])
