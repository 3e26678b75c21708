"""What a link asks for: its month, comparison and filters, on invented marts whose figures follow by hand."""

from __future__ import annotations

from datetime import date

import pytest

from app.gallery import dashboards
from app.made_of import dimensions_of
from app.metrics import catalogue
from app.ui.choice import Choice
from app.ui.chosen import LONGEST_SAID, chosen, months_of
from app.ui.dimension_words import heeded, left_whole

from .test_pages import door, text, visit

__all__ = ["door"]


def test_a_filter_narrows_what_can_be_narrowed_and_says_what_cannot() -> None:
    """Core is half of everything: 12 × 530,000 dollars. Customers and cash are not known by product.

    Of 4,330 customers each country has its whole part: 2,165, 866, 519, 389, 216, 129 and 43.
    """
    said = text(visit("executive", "executive", product="Core"))
    assert "Only Core." in said
    assert "$ 6.36 M" in said and "$ 12.72 M" not in said
    assert "No target for a part" in said
    assert "4,327" in said and said.count("All products") >= 3
    assert "it should stand at" not in said, "A forecast of the whole stands beside no part."


def test_several_values_of_a_filter_are_alternatives() -> None:
    said = text(visit("finance", "revenue", product=["Core", "Insights"]))
    assert "Only Core or Insights." in said
    assert "All 9,240 9,310 +0.8 % 100.0 %" in said  # 70 % of 13,200 and of 13,300


def test_an_earlier_month_shows_what_is_known_now_about_it() -> None:
    said = text(visit("executive", "executive", month="September 2026"))
    assert "September 2026 , closed 30 Sep." in said
    assert "$ 12.48 M" in said  # 12 × 1,040,000
    assert "on August" in said and "striped" not in said


def test_what_a_link_asks_for_in_vain_is_named() -> None:
    said = Choice(unknown=(("product", "Nope"), ("company_size", "9"))).unknown_said
    assert said == (
        "The link asks for the product “Nope”, which is not known here: it is left out. "
        "The link asks for the company size “9”, which is not known here: it is left out."
    )


def test_of_what_is_asked_for_twice_the_first_that_there_is_counts_and_a_filter_once() -> None:
    asked = {"month": ["x", "August 2026", "September 2026"], "compare": ["x", "Year before", "Month before"],
             "events": ["false", "false"], "product": ["Core", "y" * 10_000, "Core"]}  # fmt: skip
    found = chosen(asked, months_of(date(2026, 10, 1)), {"product": {"Core": "Core"}})
    assert (found.month, found.compare, found.with_events) == (date(2026, 8, 1), 12, False)
    assert found.said == "Core" and found.where == (("product", "Core"),)
    assert found.unknown == (("month", "x"), ("compare", "x"), ("product", "y" * LONGEST_SAID))


def test_the_choice_in_words() -> None:
    assert Choice(where=(("product", "Core"), ("country", "DE"), ("product", "Vault"))).said == "Core or Vault, Germany"
    assert Choice().said == "" and Choice().unknown_said == ""
    assert left_whole(("product", "company_size", "country")) == "All products, all company sizes, all countries"
    where = (("product", "Core"), ("region", "Europe"), ("product", "Vault"))
    assert heeded(where, ("product", "plan")) == ({"product": ["Core", "Vault"]}, ("region",))


@pytest.mark.parametrize("slug", [slug for slug, page in dashboards().items() if page.filters])
def test_a_filter_of_a_page_narrows_something_on_it(slug: str) -> None:
    page = dashboards()[slug]
    assert page.can_compare
    for dimension in page.filters:
        assert any(dimension in dimensions_of(catalogue()[name], catalogue()) for name in page.metrics), dimension
