"""Marketing's figures: what brought whom, what advertising cost, and what mail and the web site did."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures import marketing_ads, marketing_mail, marketing_return, marketing_web
from pipelines.sandbox.figures.marketing_credit import CUTS, METRICS, MODELS, credited
from pipelines.sandbox.figures.marketing_people import by_kind, people
from pipelines.sandbox.figures.tally import told_of
from pipelines.sandbox.figures.told import Told


def told(company: Company, books: Books) -> Iterator[Told]:
    """Every figure of Marketing."""
    held = by_kind(company)
    known = people(company, held)
    ads = marketing_ads.days(held)
    credits = credited(company, books, held, known)
    for model in MODELS:
        metrics = [f"{name}_{model}{unit}" for name, unit in METRICS]
        for figures in told_of(metrics, CUTS, credits[model]).values():
            yield from figures
    yield from marketing_ads.told(ads, company, books, known)
    yield from marketing_return.told(company, books, ads, credits["first_touch"])
    yield from marketing_mail.told(books, held)
    yield from marketing_web.told(company, books, held)
