"""The way out: a quiet popover at the head of a page, with links to files of the page and of each of its panels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from html import escape

import streamlit as st


@dataclass(frozen=True)
class Way:
    """What leaves, by name, and the address of each format: (PDF, /export/…)"""

    name: str
    links: tuple[tuple[str, str], ...]


def draw(ways: tuple[Way, ...], more: Callable[[], None] = lambda: None) -> None:
    """Draws the popover; nothing where nothing leaves. The first way is that of the whole page; `more` stands below."""
    if not ways:
        return
    with st.popover("Export", key="export", width="content"):
        st.html(menu_html(ways))
        more()


@lru_cache(maxsize=512)
def menu_html(ways: tuple[Way, ...]) -> str:
    """The links as a table: what leaves, and as what."""
    rows = "".join(
        f"<tr><th scope=\"row\">{escape(way.name)}</th><td>{links_html(way)}</td></tr>" for way in ways
    )
    return (
        f'<table class="pl-export"><tbody>{rows}</tbody></table>'
        '<p class="pl-more">With what is chosen here. Where people or customers are named, a reason is asked.</p>'
    )


def links_html(way: Way) -> str:
    """A link for each format, named for those who hear it alone."""
    return " ".join(
        f'<a href="{escape(address, quote=True)}" aria-label="{escape(f"{way.name}, {kind}", quote=True)}">{kind}</a>'
        for kind, address in way.links
    )
