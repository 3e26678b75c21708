"""Plain words under a heading; nothing in them is ever markup."""

from __future__ import annotations

import re
from html import escape

from app.elements import Words
from app.ui.panels.frame import Picture
from app.ui.reading import Reading

BREAK = re.compile(r"\n\s*\n")


def make(_: Reading, panel: Words) -> Picture:
    """A paragraph for each that a blank line ends."""
    said = [" ".join(each.split()) for each in BREAK.split(panel.text) if each.strip()]
    body = "".join(f'<p class="pl-words">{escape(each)}</p>' for each in said)
    return Picture(panel.name, "", "", html=body, alt=" ".join(said))
