"""How the product is used: active users, adoption, funnels, retention, power users, engagement."""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures.product_active import active, retention
from pipelines.sandbox.figures.product_adoption import able_accounts, adoption, engagement, power
from pipelines.sandbox.figures.product_funnels import funnels
from pipelines.sandbox.figures.product_lift import lift
from pipelines.sandbox.figures.product_panel import panel_of
from pipelines.sandbox.figures.told import Told


def told(company: Company, books: Books) -> Iterator[Told]:
    """All that the company's own notes say of how its product is used; nothing before it had a tracker."""
    panel = panel_of(company, books)
    if not panel.done:
        return
    able = able_accounts(panel, books)
    yield from active(panel)
    yield from retention(panel)
    yield from funnels(panel)
    yield from adoption(able)
    yield from engagement(able)
    yield from power(panel)
    yield from lift(panel, able)
