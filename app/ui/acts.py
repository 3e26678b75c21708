"""What came of a click, said once where the page is drawn next; a form that was sent begins anew."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import streamlit as st

from app.errors import PlumblineError


def act(page: str, do: Callable[[], object], done: str, anew: Mapping[str, Any] | None = None) -> None:
    """The click of a page; what may be done is judged by the warehouse.

    Args:
        page: whose click.
        do: what is done.
        done: that it is, in words.
        anew: key of a field → what it begins with, of the form that was sent. The keys stay: by them a browser hands
            over what is typed to a portal that was started anew.
    """
    try:
        do()
    except PlumblineError as error:
        st.session_state[f"{page}_said"] = (str(error), True)
    else:
        st.session_state[f"{page}_said"] = (done, False)
        for key, first in (anew or {}).items():
            st.session_state[key] = first


def say(page: str) -> bool:
    """Draws what came of the last click, where there was one; gives whether it was refused."""
    said, is_refused = st.session_state.pop(f"{page}_said", ("", False))
    if said:
        role, kind = ("alert", " pl-said-refused") if is_refused else ("status", "")
        st.html(f'<p class="pl-said{kind}" role="{role}">{escape(said)}</p>')
    return bool(is_refused)
