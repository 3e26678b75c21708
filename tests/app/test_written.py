"""A line that somebody writes is one that others can read."""

from __future__ import annotations

import pytest

from app.written import is_line


@pytest.mark.parametrize("said", ["Q3", "株式会社", "Ω — it’s 5 %", "a" * 12], ids=["short", "Kanji", "signs", "long"])
def test_what_can_be_seen_is_a_line(said: str) -> None:
    assert is_line(said, 12)


@pytest.mark.parametrize(
    "said", ["", "a" * 13, "two\nlines", "a\tb", "\u202egnorw", "\u200b", "\u3164", "a\u2800b", "\u115f\u1160",
             "\ud800"],
    ids=["nothing", "too long", "two lines", "a tab", "turned round", "no width", "a filler", "a blank of Braille",
         "half a syllable", "half a letter"],
)  # fmt: skip
def test_what_cannot_is_none(said: str) -> None:
    assert not is_line(said, 12)
