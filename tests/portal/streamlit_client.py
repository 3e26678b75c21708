"""What the portal says to a visitor without a browser, as text."""

from __future__ import annotations

import re

import httpx

from pipelines import visitor
from pipelines.visitor import cookie_header

from .servers import Portal

__all__ = ["FIGURE", "cookie_header", "figures", "sign_in", "visit"]
FIGURE = re.compile(r"\$\d[\d,.]*|\d{1,3}(?:,\d{3})+|[\d.]+\s?%|\d+ min ago")


def sign_in(portal: Portal, email: str) -> httpx.Client:
    """A client that holds the cookies of somebody who has just signed in."""
    return visitor.sign_in(portal.settings, portal.url, email)


def visit(portal: Portal, page: str, cookies: str = "") -> str:
    """Everything the portal sends over the websocket for one page, as text.

    Args:
        portal: the running portal.
        page: its address without the slash; "" for the root.
        cookies: the Cookie header; none for a stranger.
    """
    with visitor.tab(portal.url, cookies) as tab:
        return "\n".join(map(str, tab.run(page)))


def figures(said: str) -> list[str]:
    """What looks like a figure in the texts a page sent: amounts, percentages, numbers with thousands, ages."""
    bodies = re.findall(r'(?:body|label|spec|value|code_text): "((?:[^"\\]|\\.)*)"', said)
    texts = [re.sub(r"<style>.*?</style>", "", body, flags=re.DOTALL) for body in bodies]
    return [match for text in texts for match in FIGURE.findall(text)]
