"""What the company tells of its metrics: every certified one, cut by its dimensions, and how figures are told."""

from __future__ import annotations

from datetime import date
from fractions import Fraction

from app.made_of import apart_of
from app.metrics import catalogue
from pipelines.sandbox.company import Company
from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.figures import NOT_KNOWN, figures
from pipelines.sandbox.figures.told import Entry, Told, combined, divided, summed

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 1)
ENTRIES = (
    Entry(MAY, {"rep": "Ada", "country": "FR"}, 250),
    Entry(MAY, {"rep": "Ada", "country": "US"}, 100),
    Entry(MAY, {"rep": "Bo", "country": "US"}, 50),
)


def test_each_certified_metric_is_told_or_said_to_be_unknown(company: Company, books: Books) -> None:
    told = {one.metric for one in figures(company, books)}
    assert sorted(set(catalogue()) - told - set(NOT_KNOWN)) == []
    assert sorted((told | set(NOT_KNOWN)) - set(catalogue())) == [], "no certified metric is called so"


def ways(metric: str) -> list[tuple[str, ...]]:
    """Uncut and by each dimension; always cut by those of which one value at a time is shown."""
    apart = apart_of(catalogue()[metric], catalogue())
    return [apart, *((*apart, name) for name in catalogue()[metric].dimensions if name not in apart)]


def test_a_metric_is_told_whole_and_by_each_of_its_dimensions(company: Company, books: Books) -> None:
    cuts: dict[str, set[tuple[str, ...]]] = {}
    for one in figures(company, books):
        cuts.setdefault(one.metric, set()).add(one.by)
    lacking = {
        metric: [by for by in ways(metric) if by not in told]
        for metric, told in cuts.items()
        if metric not in NOT_KNOWN
    }
    assert {metric: by for metric, by in lacking.items() if by} == {}


def test_parts_are_added_up_whole_and_by_each_way() -> None:
    told = {one.by: one.values for one in summed("won", ("rep", "country"), ENTRIES, months=(MAY, JUNE), per=100)}
    assert told[()] == {(MAY,): 4, (JUNE,): 0}
    assert told["rep",] == {(MAY, "Ada"): Fraction(7, 2), (MAY, "Bo"): Fraction(1, 2)}
    assert told["country",] == {(MAY, "FR"): Fraction(5, 2), (MAY, "US"): Fraction(3, 2)}
    assert told["rep", "country"] == {
        (MAY, "Ada", "FR"): Fraction(5, 2), (MAY, "Ada", "US"): 1, (MAY, "Bo", "US"): Fraction(1, 2),
    }  # fmt: skip


def test_a_ratio_is_of_the_sums_and_undefined_over_nothing() -> None:
    top = [Told("a", (), {(MAY,): Fraction(3), (JUNE,): Fraction(3)})]
    bottom = [Told("b", (), {(MAY,): Fraction(4), (JUNE,): Fraction(0)})]
    uncut_only = Told("b", ("rep",), {(MAY, "Ada"): Fraction(1)})
    assert list(divided("c", top, [*bottom, uncut_only])) == [Told("c", (), {(MAY,): Fraction(3, 4)})]


def test_figures_are_combined_where_all_are_cut_alike() -> None:
    one = [Told("a", (), {(MAY,): Fraction(3)}), Told("a", ("rep",), {(MAY, "Ada"): Fraction(3)})]
    other = [Told("b", (), {(MAY,): Fraction(1), (JUNE,): Fraction(2)})]
    assert list(combined("c", (12, one), (-1, other))) == [Told("c", (), {(MAY,): 35, (JUNE,): -2})]
