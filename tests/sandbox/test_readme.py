"""The README names every planted customer, and no other words for the claims than the code's."""

from __future__ import annotations

from pathlib import Path

from pipelines.sandbox.company import cases_life, cases_price
from pipelines.sandbox.company.contracts import signings
from pipelines.sandbox.company.design import SCALES
from pipelines.sandbox.company.times import ANCHOR

README = (Path(__file__).parents[2] / "pipelines/sandbox/README.md").read_text(encoding="utf-8")


def test_every_planted_customer_is_in_the_readme() -> None:
    parts = [*cases_price.parts(), *cases_life.parts()]
    names = {part.same_as or part.name for part in parts}
    assert len(parts) > 70
    assert sorted(name for name in names if name not in README) == []


def test_every_planted_contract_has_its_customer_at_any_scale() -> None:
    planted = {one.terms[0]["contract_id"][:7] for one in signings(1, SCALES["small"], ANCHOR)}
    assert {f"CT-000{number}" for number in range(1, 7)} <= planted
