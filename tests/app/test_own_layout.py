"""A dashboard of one's own as data: what stands beside what, what an arrangement may do, what is never kept."""

from __future__ import annotations

import random

import pytest

from app.errors import DashboardError
from app.own.layout import MOST_CARDS, MOST_QUERIES, SIZES, WIDTH, Layout, parse


def layout(*sizes: str) -> Layout:
    made = Layout()
    for size in sizes:
        made = made.with_card("tile", "arr", size=size)  # type: ignore[arg-type]
    return made


@pytest.mark.parametrize(
    ("sizes", "rows"),
    [
        ((), []),
        (("third", "third", "third", "third"), [3, 1]),
        (("half", "two_thirds", "third", "whole", "half"), [1, 2, 1, 1]),
        (("two_thirds", "half", "half"), [1, 2]),
    ],
)
def test_cards_stand_beside_each_other_as_far_as_there_is_room(sizes: tuple[str, ...], rows: list[int]) -> None:
    assert [len(row) for row in layout(*sizes).rows] == rows


def test_whatever_is_arranged_every_card_stays_once_in_its_order_and_no_row_is_overfull() -> None:
    chance = random.Random(162)
    for _ in range(40):
        made = layout(*chance.choices(SIZES, k=chance.randint(1, 12)))
        keys = [card.key for card in made.cards]
        for _ in range(6):
            key, by = chance.choice(keys), chance.randint(-13, 13)
            expected = [each for each in keys if each != key]
            expected.insert(max(0, min(len(expected), keys.index(key) + by)), key)
            made, keys = made.moved(key, by), expected
            assert [card.key for card in made.cards] == keys == [card.key for row in made.rows for card in row]
            made = made.sized(key, chance.choice(SIZES))
        assert all(sum(WIDTH[card.size] for card in row) <= 12 for row in made.rows)
        for before, after in zip(made.rows, made.rows[1:], strict=False):
            assert sum(WIDTH[card.size] for card in before) + WIDTH[after[0].size] > 12
        assert parse(made.json_text()) == made


def test_what_a_browser_sends_takes_away_and_never_adds() -> None:
    made = layout("third", "half")
    assert [card.key for card in made.arranged([("2", "whole")]).cards] == ["2"]
    assert made.without("1").with_card("tile", "arr").cards[-1].key == "3", "A key is not used again for another card."
    with pytest.raises(DashboardError, match="No card '9' is on this dashboard"):
        made.arranged([("1", "third"), ("9", "third")])
    with pytest.raises(DashboardError, match="two cards have the same key"):
        made.arranged([("1", "third"), ("1", "third")])
    with pytest.raises(DashboardError, match="'third', 'half', 'two_thirds' or 'whole'"):
        made.arranged([("1", "enormous")])


def test_there_are_bounds_and_unknown_fields_are_refused() -> None:
    full = layout(*["third"] * MOST_CARDS)
    with pytest.raises(DashboardError, match="at most 24"):
        full.with_card("words", text="one more")
    queries = Layout()
    for _ in range(MOST_QUERIES):
        queries = queries.with_card("query", "a-b")
    with pytest.raises(DashboardError, match="7 cards of SQL; expected at most 6"):
        queries.with_card("query", "a-b")
    for text in ('{"cards":[{"key":"1","kind":"script"}]}', '{"cards":[{"key":"1","kind":"tile","html":"x"}]}',
                 '{"cards":[{"key":"<b>","kind":"tile"}]}', "nonsense"):  # fmt: skip
        with pytest.raises(DashboardError, match="This dashboard cannot be kept: at "):
            parse(text)
