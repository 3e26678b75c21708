"""The questions of the business: each is there, is found by its words, and opens as a certified answer."""

from __future__ import annotations

import re
from html import unescape

import pytest
from streamlit.testing.v1 import AppTest

from app.business_questions import DEPARTMENTS, QUESTIONS, BusinessQuestion
from app.gallery import dashboards
from app.metrics import catalogue
from app.settings import Settings
from app.ui.panels.questions import NOTHING, matching, meaning_html

from .test_pages import EMAIL, audited, door, text, visit

__all__ = ["door"]
TEXTS = {
    "F1": "What is our true monthly recurring revenue (MRR)?",
    "S5": "How long does a deal take to close, by deal size?",
    "P5": "How do usage patterns differ: power users and casual users?",
    "M2": "Attribution: which touchpoints drive conversions and revenue?",
    "C2": "Churn prediction: which customers are at risk?",
}
"""Some of the requirements, word for word."""


def test_all_twenty_six_are_asked_in_the_words_of_the_requirements() -> None:
    keys = [question.key for question in QUESTIONS]
    assert keys == [f"{letter}{at}" for letter, most in zip(DEPARTMENTS, (6, 5, 5, 5, 5), strict=True)
                    for at in range(1, most + 1)]  # fmt: skip
    assert {question.key: question.text for question in QUESTIONS if question.key in TEXTS} == TEXTS


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.key)
def test_a_question_is_answered_by_a_metric_and_goes_on_at_a_page_that_says_so(question: BusinessQuestion) -> None:
    assert question.metric in catalogue()
    page = dashboards()[question.page]
    assert question.key in page.answers, f"{page.title} does not say that it answers {question.key}."


@pytest.mark.parametrize(
    ("words", "expected"),
    [("quota", ["S4"]), ("CHURN risk", ["C2"]), ("f6", ["F6"]), ("funnel", ["M4"]), ("zebra", [])],
)
def test_a_question_is_found_by_all_of_its_words(words: str, expected: list[str]) -> None:
    found = [question.key for question in matching(QUESTIONS, words)]
    assert set(expected) <= set(found) and (bool(found) == bool(expected))


def test_the_meaning_names_who_answers_for_it_and_who_sees_it() -> None:
    html = meaning_html(catalogue()["nrr"], ["finance", "customer_success"])
    assert "<dt>Owner</dt><dd>Finance</dd>" in html and "<dd>finance, customer success</dd>" in html


def links(page: AppTest) -> dict[str, str]:
    """Question → what its link says."""
    html = " ".join(element.proto.body for element in page.get("html"))
    said = re.findall(r'data-pl-stay="(\w+)"[^>]*>(.*?)</a>', html)
    return {key: unescape(re.sub(r"<[^>]+>", "", words)) for key, words in said}


def test_the_index_shows_the_figures_of_one_s_role_and_an_answer_where_it_is_opened() -> None:
    page = visit("executive", "questions")
    said = links(page)
    assert list(said) == [question.key for question in QUESTIONS] and len(said) == 26 and not page.exception
    assert any(words.endswith("MRR $1.06M in October") for words in said.values())  # 400,000 + 33 × 20,000
    assert any("not built yet" in words for words in said.values()), "Not all marts are among the invented ones."
    assert "Worked out as" not in text(page)
    others = links(visit("engineer", "questions"))
    assert others["F1"].endswith("not in your role")
    assert all(words.endswith(("not in your role", "not built yet")) for words in others.values())


def test_what_is_open_stands_in_the_address_and_its_link_shuts_it() -> None:
    page = visit("executive", "questions", open=["F1", "F2", "Z9"], q="revenue")
    html = " ".join(element.proto.body for element in page.get("html"))
    hrefs = dict(re.findall(r'href="([^"]*)" target="_self" data-pl-stay="(\w+)" aria-expanded="true"', html))
    opened = {key: unescape(href) for href, key in hrefs.items()}
    assert set(opened) == {"F1", "F2"} < set(links(page))
    assert all(f"open={key}" not in href and "q=revenue" in href and "open=Z9" in href for key, href in opened.items())
    assert text(page).count("It means") == len(opened)


def test_figures_that_are_shown_again_from_the_cache_are_told_to_the_audit(filled: Settings) -> None:
    visit("executive", "questions")
    before = len(audited(filled))
    visit("executive", "questions")
    rows = [row for row in audited(filled)[before:] if row["action"] == "replay page"]
    shown = [row["filters"]["shown"] for row in rows if row["filters"]["page"] == "questions"]
    assert len(shown) == 1 and {"net_mrr", "nrr"} <= set(shown[0])
    assert {row["email"] for row in rows} == {EMAIL["executive"]}


def test_a_search_that_finds_nothing_says_so() -> None:
    page = visit("analyst", "questions")
    said = text(page.text_input(key="q").set_value("zebra").run())
    assert NOTHING.split(".")[0] in said
