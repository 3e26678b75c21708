"""Why the departments' figures differ, as the company knows it: planted cases by hand, and nothing left over."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

from app.settings import ROOT
from pipelines.sandbox.claims_file import claim_rows
from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.times import ANCHOR
from pipelines.sandbox.reasons import Reason, reasons
from pipelines.sandbox.reasons.reason import summed
from tests.sandbox.planted import PLANTED, found


def test_each_of_the_twelve_planted_discrepancies_has_its_exact_amount(company: Company, books: Books) -> None:
    assert len(PLANTED) == 12
    assert found(company, books) == {reason: [told] for reason, told in PLANTED.items()}


def test_the_readme_says_which_record_carries_which_reason_with_what_amount() -> None:
    text = (ROOT / "pipelines/sandbox/README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| (.+?) \| ([\d.,]+) \|", text, re.MULTILINE)
    assert {reason: (department, who, amount.replace(",", "")) for reason, department, who, amount in rows} == PLANTED


def test_the_reasons_add_up_to_the_difference_and_none_is_unexplained(company: Company, books: Books) -> None:
    now = datetime.fromtimestamp(ANCHOR, UTC)
    claimed = {row["department"]: Decimal(row["value"]) for row in claim_rows(company, now, now.date())}
    last = [one for one in books.customers if one.close == books.months[-1] and one.closing]
    certified = {"arr": Decimal(12 * sum(one.closing for one in last)) / 100, "customers": Decimal(len(last))}
    said = list(reasons(company, books))
    for department, value in claimed.items():
        is_money = department in ("finance", "sales")
        told = Decimal(sum(one.amount for one in said if one.department == department)) / (100 if is_money else 1)
        assert value - told == certified["arr" if is_money else "customers"], department
    assert [one for one in said if one.reason == "unexplained"] == []


def test_a_record_has_one_amount_for_a_reason_and_none_of_zero() -> None:
    def one(amount: int) -> Reason:
        return Reason("finance", "timing", "stripe", "sub_1", "cus_1", amount)

    other = Reason("finance", "paused", "stripe", "sub_1", "cus_1", 5)
    assert list(summed([one(3), other, one(4)])) == [one(7), other]
    assert list(summed([one(3), one(-3)])) == []
