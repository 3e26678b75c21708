"""What people write in a line: a name, a title. Pure."""

from __future__ import annotations

import re
from unicodedata import category, combining, name

BLANKS = frozenset("\u115f\u1160\u2800\u3164\uffa0\U0001d159\U00013441\U00013442\U00016fe4")
"""Letters and signs that Unicode counts as printable and no font draws."""
SPACES = re.compile("[ \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
"""Blanks of every width, such as come with what is pasted; a tab or the end of a line is none."""
IGNORED = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's Default_Ignorable_Code_Point: nothing is drawn for one of these, whatever its category says."""
JOINERS, STYLES = frozenset("\u200c\u200d"), frozenset("\ufe0e\ufe0f")
"""What keeps letters apart or joins them, and what asks for a sign as text or as an emoji."""
JOINED = ("ARABIC LETTER", "SYRIAC LETTER", "MONGOLIAN LETTER", "NKO LETTER", "THAANA LETTER", "DEVANAGARI ",
          "BENGALI ", "GURMUKHI ", "GUJARATI ", "ORIYA ", "TAMIL ", "TELUGU ", "KANNADA ", "MALAYALAM ", "SINHALA ",
          "KHMER ", "MYANMAR ", "TIBETAN ")  # fmt: skip
"""The scripts whose letters look otherwise joined or apart, by how Unicode's names of their letters begin."""
STYLED = frozenset("\u203c\u2049\u2139\u3030\u303d")
"""Emoji that Unicode counts among letters and punctuation."""
KEYCAP = re.compile("(?<=[0-9#*])\ufe0f(?=\u20e3)")


def tidied(said: str) -> str:
    """A line with single plain blanks, and none around it; what breaks it stays for `is_line` to refuse."""
    return SPACES.sub(" ", said).strip()


def is_line(said: str, longest: int) -> bool:
    """Whether it is one line of 1 to `longest` characters that can all be seen.

    A joiner in a word of a script that needs it, and the style of an emoji, change what is seen: they are let in there
    and nowhere else, or two names could look the same.
    """
    if not 0 < len(said) <= longest:
        return False
    told = KEYCAP.sub("", said)
    drawn = "".join(each for at, each in enumerate(told) if not (_styles(told, at) or _joins(told, at)))
    is_clean = drawn.isprintable() and not IGNORED.search(drawn) and not BLANKS & set(drawn)
    return is_clean and any(category(each)[0] not in "ZM" for each in drawn)


def _styles(said: str, at: int) -> bool:
    """Whether a selector of style stands directly behind a sign that has two."""
    return said[at] in STYLES and at > 0 and _is_sign(said[at - 1])


def _joins(said: str, at: int) -> bool:
    """Whether a joiner stands between two letters of a script that needs it, or two signs, such as emoji."""
    if said[at] not in JOINERS or not 0 < at < len(said) - 1:
        return False
    before, after = at - 1, said[at + 1]
    while before > 0 and (said[before] in STYLES or category(said[before]) == "Mn"):
        before -= 1  # vowel signs, and the style of an emoji, belong to what they stand on
    is_virama = combining(after) == 9
    return _can_join(said[before]) and (_can_join(after) or is_virama)


def _can_join(letter: str) -> bool:
    return name(letter, "").startswith(JOINED) or _is_sign(letter) or (
        "\U0001f3fb" <= letter <= "\U0001f3ff"
    )  # fmt: skip


def _is_sign(letter: str) -> bool:
    kind = category(letter)
    is_one = (kind == "So" and letter not in BLANKS) or (kind == "Sm" and letter >= "\u2190")
    return is_one or letter in STYLED
