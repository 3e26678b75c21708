"""Thousands of generated questions by everybody, at every layer: no word or sum of another role's rows is answered."""

from __future__ import annotations

import os
import random

import pytest

from app.access import ROLES

from . import asking, campaign
from .conftest import Company, person

TIMES = int(os.environ.get("PLUMBLINE_LEAK_CAMPAIGN", "1"))
"""How many times as many questions are asked as in CI."""
SEED = 7315


def test_questions(company: Company) -> None:
    counted = campaign.ask_questions(company, random.Random(SEED), 180 * TIMES)
    assert min(counted.values()) > 200, counted


def test_reports(company: Company) -> None:
    counted = campaign.build_reports(company, random.Random(SEED + 1), 110 * TIMES)
    assert min(counted.values()) > 200, counted


def test_statements(company: Company) -> None:
    counted = campaign.run_statements(company, random.Random(SEED + 2), 2400 * TIMES)
    assert min(counted.values()) > 300, counted


def test_what_belongs_to_others(company: Company) -> None:
    assert campaign.ask_for_others_things(company) > 400


@pytest.mark.parametrize("role", ROLES)
def test_parts_of_pages(company: Company, role: str) -> None:
    seldom = 1 if TIMES > 1 else 8 if role in ("executive", "analyst", "finance") else 4
    assert campaign.draw_parts(company, person(role), random.Random(SEED), seldom=seldom)


@pytest.mark.parametrize("role", ["sales", "customer_success"])
def test_two_worlds(company: Company, role: str) -> None:
    assert campaign.draw_in_two_worlds(company, person(role), SEED) > 20


def test_nobody_and_pairs(company: Company) -> None:
    dice = random.Random(SEED)
    for viewer in (asking.NOBODY, *dice.sample(asking.PAIRS, 2)):
        campaign.draw_parts(company, viewer, dice, seldom=6)
