"""A line that somebody writes is one that others can read."""

from __future__ import annotations

import pytest

from app.written import is_line, tidied

SEEN = {
    "short": "Q3", "Kanji": "株式会社", "signs": "Ω — it’s 5 %", "long": "a" * 12, "umlauts apart": "Mu\u0308ller",
    "a half-space": "می\u200cخواهم", "Persian vowel signs": "مِی\u200cرَوم", "Bengali": "র\u200d্যাব",
    "joined emoji": "👩🏽\u200d💻 👨\u200d👩\u200d👧", "a heart on fire": "❤\ufe0f\u200d🔥 Q3",
    "a sign as text": "Q3 ✔\ufe0e", "a keycap": "1\ufe0f\u20e3 Q3",
}  # fmt: skip
UNSEEN = {
    "nothing": "", "too long": "a" * 13, "two lines": "two\nlines", "a tab": "a\tb", "turned round": "\u202egnorw",
    "no width": "\u200b", "a filler": "\u3164", "a blank of Braille": "a\u2800b", "a half syllable": "\u115f\u1160",
    "half a letter": "\ud800", "a blank": " ", "accents on nothing": "\u0301", "no note": "\U0001d159",
    "two joiners": "می\u200c\u200cخ", "a joiner behind": "می\u200c", "a joiner alone": "\u200d",
    "joined Han": "东\u200d京", "joined Hangul": "한\u200d국",
    "joined Latin": "M\u200dRR", "joined accents": "Mu\u0308\u200cller", "joined blanks": "می \u200c خ",
    "two styles": "✔\ufe0f\ufe0f", "a styled digit": "5\ufe0f", "a styled sum": "$\ufe0f", "no keycap": "a\ufe0f\u20e3",
    "a soft hyphen": "MR\u00adR",
}  # fmt: skip


@pytest.mark.parametrize("said", SEEN.values(), ids=list(SEEN))
def test_what_can_be_seen_is_a_line(said: str) -> None:
    assert is_line(said, 12)


@pytest.mark.parametrize("said", UNSEEN.values(), ids=list(UNSEEN))
def test_what_cannot_is_none(said: str) -> None:
    assert not is_line(said, 12)


@pytest.mark.parametrize("said", ["\u034f", "\ufe0f", "\u17b4", "\u180b", "\U000e0100", "\u2064", "\ufff0"], ids=ascii)
def test_what_no_font_draws_makes_no_second_name(said: str) -> None:
    for line in (said, f"MRR{said}", f"{said}MRR", f"M{said}RR"):
        assert not is_line(line, 12)


def test_blanks_that_were_pasted_are_blanks_and_a_broken_line_stays_one() -> None:
    assert tidied("\u00a0Board\u00a0Q3 \u2009 2026\u3000") == "Board Q3 2026"
    assert not is_line(tidied("Board\nQ3"), 80) and not is_line(tidied("Board\tQ3"), 80)
