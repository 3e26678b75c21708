"""A figure on both sides: what differs, by how much, largest first, and whether the parts make up the whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from app.metrics import Metric, Question, catalogue
from pipelines.definitions.side_by_side import (
    Ask,
    Key,
    Row,
    Side,
    as_values,
    compare,
    moved_of,
    rows_of,
    span_of,
)

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
Told = Mapping[tuple[str, ...], Mapping[Key, Decimal | None]]


def side(told: Told, *names: str) -> Side:
    """A side that answers the undivided question and some cuts, with these metrics of the project's."""
    metrics: dict[str, Metric] = {name: catalogue()[name] for name in names}
    ask: Ask = lambda question: told.get(question.by, {})  # noqa: E731
    return Side(metrics, ask)


def usd(**cents: str) -> dict[Key, Decimal | None]:
    """Values by month and part, such as `may_US="1.10"`."""
    months = {"may": MAY, "june": JUNE}
    return {
        (months[key.partition("_")[0]], *([key.partition("_")[2]] if "_" in key else [])): Decimal(value)
        for key, value in cents.items()
    }


SPAN = (MAY, date(2026, 6, 30))


def test_a_flow_is_summed_exactly_and_its_parts_make_up_the_difference() -> None:
    stands = side({(): usd(may="10.10", june="20.20"),
                   ("country",): usd(may_US="10.10", june_US="15.00", june_DE="5.20")}, "churned_mrr")  # fmt: skip
    would = side({(): usd(may="10.10", june="17.35"),
                  ("country",): usd(may_US="10.10", june_US="16.15", june_DE="1.20")}, "churned_mrr")  # fmt: skip
    found = compare("churned_mrr", stands, would, SPAN)
    assert [row.difference for row in found.rows] == [Decimal("0.00"), Decimal("-2.85")]
    assert found.sums == Row(None, (), Decimal("30.30"), Decimal("27.45"))
    country = next(cut for cut in found.cuts if cut.dimension == "country")
    assert [(one.value, one.periods, one.difference) for one in country.moved] == [
        ("DE", 1, Decimal("-4.00")), ("US", 1, Decimal("1.15")),
    ]  # fmt: skip
    assert country.adds_up is True and found.differs


def test_parts_that_miss_a_cent_are_said_to_miss_it() -> None:
    stands = side({(): usd(june="20.20"), ("country",): usd(june_US="20.20")}, "churned_mrr")
    would = side({(): usd(june="20.20"), ("country",): usd(june_US="20.21")}, "churned_mrr")
    cut = next(cut for cut in compare("churned_mrr", stands, would, SPAN).cuts if cut.dimension == "country")
    assert cut.adds_up is False


def test_a_shift_between_parts_differs_though_the_whole_does_not() -> None:
    stands = side({(): usd(june="9"), ("country",): usd(june_US="9")}, "churned_mrr")
    would = side({(): usd(june="9"), ("country",): usd(june_US="4", june_DE="5")}, "churned_mrr")
    found = compare("churned_mrr", stands, would, SPAN)
    assert found.differs and not any(row.differs for row in found.rows)
    assert [cut.dimension for cut in found.cuts if cut.moved] == ["country"]


def test_a_stock_has_no_sum_over_months_and_a_ratio_none_over_parts() -> None:
    told = {(): usd(may="10", june="20"), ("country",): usd(june_US="20")}
    stock = compare("net_mrr", side(told, "net_mrr"), side(told, "net_mrr"), SPAN)
    assert stock.sums is None and not stock.differs
    names = ("nrr", *catalogue()["nrr"].bases)
    ratio = compare("nrr", side(told, *names), side({(): usd(may="11", june="20")}, *names), SPAN)
    assert {cut.adds_up for cut in ratio.cuts} == {None}


def test_a_metric_on_one_side_only_has_no_difference_but_differs() -> None:
    told = {(): usd(june="9")}
    for pair in ((side({}), side(told, "net_mrr")), (side(told, "net_mrr"), side({}))):
        found = compare("net_mrr", *pair, SPAN)
        assert [row.difference for row in found.rows] == [None] and found.differs


def test_what_only_one_side_knows_is_missing_on_the_other_and_comes_in_order() -> None:
    rows = rows_of({(JUNE, "US"): Decimal(1), (MAY, None): None}, {(MAY, "DE"): Decimal(2), (JUNE, "US"): Decimal(1)})
    assert [(row.period, row.of, row.stands, row.would_be) for row in rows] == [
        (MAY, ("DE",), None, Decimal(2)), (MAY, (None,), None, None), (JUNE, ("US",), Decimal(1), Decimal(1)),
    ]  # fmt: skip
    assert [row.differs for row in rows] == [True, False, False]


def test_the_largest_comes_first_by_its_worst_month_and_a_missing_side_leaves_no_sum() -> None:
    rows = [
        Row(MAY, ("a",), Decimal(5), Decimal(4)), Row(JUNE, ("a",), Decimal(5), Decimal(3)),
        Row(MAY, ("b",), Decimal(9), Decimal(18)), Row(JUNE, ("c",), None, Decimal(7)),
    ]  # fmt: skip
    found = moved_of(rows, flows=True)
    assert [(one.value, one.periods, one.difference) for one in found] == [("b", 1, 9), ("c", 1, None), ("a", 2, -3)]
    assert (found[2].most, found[2].newest) == (rows[1], rows[1])
    assert [one.difference for one in moved_of(rows, flows=False)] == [None, None, None]


def test_the_span_holds_so_many_months_and_ends_with_the_closed_one() -> None:
    assert span_of(24, date(2026, 10, 17)) == (date(2024, 11, 1), date(2026, 10, 31))
    assert span_of(1, date(2024, 2, 1)) == (date(2024, 2, 1), date(2024, 2, 29))


def test_values_are_taken_exactly_by_all_that_stands_before_them() -> None:
    question = Question("net_mrr", by=("country",))
    found = as_values(question, catalogue(), [(MAY, "US", Decimal("0.10")), (MAY, "DE", 3), (MAY, "FR", None)])
    assert found == {(MAY, "US"): Decimal("0.10"), (MAY, "DE"): Decimal(3), (MAY, "FR"): None}
