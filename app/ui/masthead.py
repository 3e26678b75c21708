"""The head of every page: the sign, the menu, who is signed in, the way out. On a phone the menu is a bar below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape

import streamlit as st
from streamlit.navigation.page import StreamlitPage

THEMES = ("system", "light", "dark")
Item = tuple[str, str]
"""A page's address and title."""
Part = tuple[str, tuple[Item, ...]]
"""A part of the menu and its pages."""
WORDMARK = '<div class="pl-wordmark"><span class="pl-sign"></span>Plumbline</div>'


def masthead(groups: Mapping[str, Sequence[StreamlitPage]], current: StreamlitPage | None, name: str, email: str,
             roles: str, tour: str = "", pages: Sequence[str] = ()) -> None:  # fmt: skip
    """Draws the head, as one piece of HTML: it comes with every click, and each element of Streamlit's has its price.

    Args:
        groups: the parts of the menu, each with the pages in it that this person may open, in menu order.
        current: the open page, marked in the menu.
        name: who is signed in.
        email: their address.
        roles: their roles in words.
        tour: the address that takes them on the tour again; nothing where there is none.
        pages: the addresses to which links lead without loading the portal anew (app/links.js).
    """
    parts = tuple((group, tuple((page.url_path, page.title) for page in listed)) for group, listed in groups.items())
    here = "" if current is None else current.url_path
    st.html(masthead_html(parts, here, who_html(name, email, roles, tour), " ".join(pages)))


@lru_cache(maxsize=256)
def masthead_html(parts: tuple[Part, ...], here: str, who: str, pages: str) -> str:
    """The head; kept, since it comes with every click."""
    (name, first), *others = parts
    inline = "".join(item_html(page, here) for page in first)
    menu = (
        f'<nav class="pl-menu" aria-label="Pages"><div class="pl-menu-inline">{inline}</div>'
        f'<div class="pl-menu-folded">{part_html((name, first), here)}</div>'
        f"{''.join(part_html(part, here) for part in others)}</nav>"
    )
    return f'<div class="pl-masthead" data-pl-pages="{escape(pages)}">{WORDMARK}{menu}{who}</div>'


def part_html(part: Part, here: str) -> str:
    """A part of the menu: its pages behind its name, or the page itself where it is the only one."""
    group, pages = part
    if len(pages) == 1:
        return item_html(pages[0], here)
    if not pages:
        return ""
    place = f"pl-part-{group.lower()}"
    is_here = " pl-menu-here" if here in dict(pages) else ""
    listed = "".join(item_html(page, here) for page in pages)
    return (
        f'<button type="button" class="pl-menu-item pl-menu-opens{is_here}" popovertarget="{place}" '
        f'data-pl-at="menu_{group.lower()}">{escape(group)}</button>'
        f'<div popover id="{place}" class="pl-opened pl-menu-list" aria-label="{escape(group)}">{listed}</div>'
    )


def item_html(page: Item, here: str) -> str:
    """A link to a page, marked where it is the open one; `app/links.js` goes there without loading the portal anew."""
    path, title = page
    is_here = ' pl-menu-here" aria-current="page' if path == here else ""
    at = f'href="/{path}" target="_self" data-pl-at="menu_{path}"'
    return f'<a class="pl-menu-item{is_here}" {at}>{escape(title)}</a>'


def who_html(name: str, email: str, roles: str, tour: str) -> str:
    """Who is signed in, and behind the name the theme, the tour and the way out."""
    again = f'<a class="pl-tour-again" href="{escape(tour)}" target="_self">Take the tour</a>' if tour else ""
    return (
        f'<div class="pl-whoami"><button type="button" class="pl-menu-item pl-menu-opens" popovertarget="pl-who" '
        f'data-pl-at="who">{escape(name)}</button>'
        f'<div popover id="pl-who" class="pl-opened pl-menu-list" aria-label="{escape(name)}">'
        f'<div class="pl-who"><b>{escape(name)}</b><div>{escape(email)}</div><div class="pl-note">{escape(roles)}</div>'
        f'</div>{theme_html()}{again}<a class="pl-sign-out" href="/auth/logout" target="_self">Sign out</a></div></div>'
    )


def theme_html() -> str:
    """The choice of theme; `app/first.js` hears the click, keeps the choice and marks it."""
    buttons = "".join(
        f'<button type="button" data-pl-theme="{name}" aria-pressed="false">{name.capitalize()}</button>'
        for name in THEMES
    )
    return f'<div class="pl-theme" role="group" aria-label="Theme"><span>Theme</span>{buttons}</div>'


def bare_masthead() -> None:
    """The head before anybody is signed in."""
    with st.container(key="masthead", horizontal=True, vertical_alignment="center"):
        st.html(WORDMARK, width="content")
