"""Texts for where Streamlit reads Markdown: labels, captions, help. Pure."""

from __future__ import annotations

import re

SIGNS = re.compile(r"([!-/:-@\[-`{-~])")


def as_it_is(text: str) -> str:
    """The text as it is: two dollars make no formula, a bracket no link."""
    return SIGNS.sub(r"\\\1", text)
