"""What counts as a difference, worked out by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction
from io import StringIO

import pytest
from rich.console import Console

from app.errors import DependencyMissing
from app.settings import Settings
from pipelines.output import to_json
from pipelines.verify import (
    OF_A_CUSTOMER,
    Difference,
    VerifyReport,
    compare_claims,
    compare_customers,
    sum_by_customer,
    verify,
)
from pipelines.verify_figures import differing

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
AS_OF = datetime(2026, 11, 22, 11, tzinfo=UTC)


def test_a_cent_is_a_difference_and_named_by_its_part() -> None:
    theirs = {(MAY, "Core"): Fraction(100), (MAY, "Vault"): Fraction(5)}
    ours = {(MAY, "Core"): Fraction(10001, 100), (MAY, "Vault"): Fraction(5)}
    assert list(differing(("net_mrr", ("product",)), theirs, ours)) == [
        (MAY, "product Core", Decimal(100), Decimal("100.01"))
    ]


def test_the_whole_of_a_month_that_one_side_lacks_is_a_difference_even_at_zero() -> None:
    one, both = {(MAY,): Fraction(0)}, {(MAY,): Fraction(0), (JUNE,): Fraction(0)}
    assert list(differing(("net_mrr", ()), both, one)) == [(JUNE, "", Decimal(0), None)]
    assert list(differing(("net_mrr", ()), one, both)) == [(JUNE, "", None, Decimal(0))]


def test_a_part_of_nothing_is_as_good_as_none_where_parts_add_up_and_only_there() -> None:
    nothing = {(MAY, "FR"): Fraction(0)}
    assert list(differing(("net_mrr", ("country",)), nothing, {})) == []
    assert list(differing(("nrr", ("country",)), nothing, {})) == [(MAY, "country FR", Decimal(0), None)]


def test_a_ratio_may_differ_by_the_digits_that_the_warehouse_keeps() -> None:
    third = {(MAY,): Fraction(1, 3)}
    assert list(differing(("nrr", ()), third, {(MAY,): Fraction("0.33333333333333333")})) == []
    assert len(list(differing(("nrr", ()), third, {(MAY,): Fraction("0.333333")}))) == 1


def test_a_customer_without_amounts_is_as_good_as_absent() -> None:
    nothing = dict.fromkeys(OF_A_CUSTOMER, Decimal(0))
    something = {**nothing, "new_usd": Decimal("9.99")}
    assert list(compare_customers(MAY, {"cus_1": nothing}, {})) == []
    assert list(compare_customers(MAY, {}, {"cus_1": nothing})) == []
    assert list(compare_customers(MAY, {"cus_1": something}, {})) == [
        Difference("cus_1", MAY, "new_usd", Decimal("9.99"), Decimal(0))
    ]


def test_rows_of_one_customer_are_added_up() -> None:
    rows = [("cus_1", *["1.10"] * 8), ("cus_2", *["7"] * 8), ("cus_1", *["2.25"] * 8)]
    assert sum_by_customer(rows)["cus_1"] == dict.fromkeys(OF_A_CUSTOMER, Decimal("3.35"))


def test_a_claim_that_one_side_lacks_is_a_difference() -> None:
    found = list(compare_claims({"finance": Decimal("12.5"), "sales": Decimal(3)}, {"finance": Decimal("12.50")}))
    assert found == [Difference("sales", None, "claim", Decimal(3), None)]


def report(*differences: Difference, built: datetime | None = AS_OF, figures: int = 13) -> VerifyReport:
    return VerifyReport(AS_OF, built, 1, 1, 0, 0, figures, differences)


@pytest.mark.parametrize(
    ("given", "ok"),
    [
        pytest.param(report(), True, id="nothing differs"),
        pytest.param(report(Difference("company", MAY, "fx_usd", Decimal(0), None)), False, id="something differs"),
        pytest.param(report(figures=0), False, id="nothing was compared"),
    ],
)
def test_the_report_is_fine_only_when_something_was_compared_and_nothing_differs(given: VerifyReport, ok: bool) -> None:
    assert given.ok is ok


def test_the_report_says_when_the_warehouse_is_older_than_the_ledger() -> None:
    assert "plumbline run refresh" in report(built=datetime(2026, 11, 21, tzinfo=UTC)).note
    assert report().note == ""


def test_the_report_as_json_and_on_the_terminal() -> None:
    given = report(Difference("cus_1", MAY, "churn_usd", Decimal("1234.50"), None))
    payload = json.loads(to_json(given.payload()))
    assert payload["ok"] is False
    [difference] = payload["differences"]
    assert (difference["subject"], difference["month"], difference["figure"]) == ("cus_1", "2026-05-01", "churn_usd")
    drawn = StringIO()
    given.draw(Console(file=drawn, width=120))
    assert "1 differ" in drawn.getvalue()
    assert "1,234.50" in drawn.getvalue()
    assert "not there" in drawn.getvalue()


def test_without_a_sandbox_there_is_no_ledger(settings: Settings) -> None:
    with pytest.raises(DependencyMissing, match="PLUMBLINE_SANDBOX_SCALE is none"):
        verify(settings.model_copy(update={"sandbox_scale": "none"}))
