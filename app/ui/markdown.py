"""Texts for where Streamlit reads Markdown: labels, captions, help. Pure."""

from __future__ import annotations

import re

SIGNS = re.compile(r"([!-/:-@\[-`{-~])")
ADDRESS = re.compile(r"(?<=://)|(?<=www)(?=\.)|(?<=@)", re.IGNORECASE)
UNSEEN = "\u2060"
"""Nothing is drawn for it, and no line breaks at it."""


def as_it_is(text: str) -> str:
    """The text as it is: two dollars make no formula, a bracket no link.

    Nor does a bare address, which the browser makes a link of whatever is escaped in it: who chose a thing that is
    called so would leave the portal.
    """
    return SIGNS.sub(r"\\\1", ADDRESS.sub(UNSEEN, text))
