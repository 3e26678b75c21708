"""The campaign finds what it looks for: a hole made on purpose at each layer is seen by it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest

from app import audited
from app.access import Viewer, login_of
from app.grants import Grants
from app.metrics import Question
from app.saved.store import SavedThings
from app.sql.queries import Queries

from . import campaign
from .campaign import Leaked
from .conftest import Company, as_admin, person
from .planting import planted
from .test_leaks import SEED

SALES = person("sales")


def test_a_right_too_many_in_the_database(company: Company) -> None:
    granted = "grant usage on schema mart_product to plumbline_sales; grant select on {} to plumbline_sales"
    taken = "revoke select on {} from plumbline_sales; revoke usage on schema mart_product from plumbline_sales"
    names = [name for name in planted() if name.startswith("mart_product.")]
    as_admin(company, lambda connection: connection.exec_driver_sql(granted.format(", ".join(names))))
    try:
        with pytest.raises(Leaked, match=r"sales.* saw"):
            campaign.run_statements(company, random.Random(SEED), 2000)
    finally:
        as_admin(company, lambda connection: connection.exec_driver_sql(taken.format(", ".join(names))))


def test_a_login_too_strong(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audited, "login_of", lambda _: login_of("executive"))
    monkeypatch.setattr(Grants, "role_for", lambda *_: "executive")
    for ask in (lambda: company.warehouse.answer(SALES, Question("net_mrr"), as_of=campaign.AS_OF).rows,
                lambda: company.warehouse.read(SALES, "mart_product.usage_cohorts").to_string()):  # fmt: skip
        with pytest.raises(Leaked):
            campaign.refuse_leaks(company, SALES, campaign.heard(ask))
    with pytest.raises(Leaked):
        campaign.draw_parts(company, SALES, random.Random(SEED))


HOLES: tuple[tuple[type, str, Callable[..., Any]], ...] = (
    (SavedThings, "_found", lambda self, viewer, thing_id, *_, **__: SavedThings.mine(self, person("finance"))[0]),
    (Queries, "seen_by", lambda self, viewer: SEEN_BY(self, Viewer("finance@leak.example", ()))),
)
SEEN_BY = Queries.seen_by


@pytest.mark.parametrize(("where", "name", "hole"), HOLES, ids=["somebody's report", "somebody's query"])
def test_what_belongs_to_somebody(
    company: Company, monkeypatch: pytest.MonkeyPatch, where: type, name: str, hole: Callable[..., Any]
) -> None:
    monkeypatch.setattr(where, name, hole)
    with pytest.raises(Leaked):
        campaign.ask_for_others_things(company, (SALES,))


def test_a_ratio_of_what_one_may_not_read(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """No word and no amount of it is on the page, and yet it moves with them."""
    own = campaign.of_part

    def part(made: Any) -> str:
        rows = company.warehouse.answer(person("executive"), Question("gross_margin"), as_of=campaign.AS_OF).rows
        costs = company.warehouse.answer(person("executive"), Question("cash_balance"), as_of=campaign.AS_OF).rows
        return own(made) + str(round(float(costs[0][-1]) % 97, 3)) + str(len(rows))

    monkeypatch.setattr(campaign, "of_part", part)
    with pytest.raises(Leaked, match="would see what they may not read"):
        campaign.draw_in_two_worlds(company, SALES, SEED, seldom=8)
