"""The head of every page: the sign, the menu, who is signed in, the way out. On a phone the menu is a bar below."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from app.ui.look import stylesheet

THEMES = ("system", "light", "dark")


def style() -> None:
    """Our CSS; it takes no room on the page."""
    st.html(stylesheet())


def masthead(pages: Sequence[StreamlitPage], current: StreamlitPage | None, name: str, email: str, roles: str) -> None:
    """Draws the head.

    Args:
        pages: what this person may open, in menu order.
        current: the open page, marked in the menu.
        name: who is signed in.
        email: their address.
        roles: their roles in words.
    """
    with st.container(key="masthead", horizontal=True, vertical_alignment="center"):
        st.html('<div class="pl-wordmark"><span class="pl-sign"></span>Plumbline</div>', width="content")
        with st.container(key="menu", horizontal=True, width="content"):
            for page in pages:
                here = current is not None and page.url_path == current.url_path
                with st.container(key=f"menu_{'here_' if here else ''}{page.title.lower()}", width="content"):
                    st.page_link(page, label=page.title)
        with st.container(key="who", width="content"), st.popover(name, type="tertiary", key="who_popover"):
            who = f"<b>{escape(name)}</b><div>{escape(email)}</div>"
            st.html(f'<div class="pl-who">{who}<div class="pl-note">{escape(roles)}</div></div>')
            st.html(theme_html())
            st.button("Sign out", on_click=st.logout, key="sign_out")


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
        st.html('<div class="pl-wordmark"><span class="pl-sign"></span>Plumbline</div>', width="content")
