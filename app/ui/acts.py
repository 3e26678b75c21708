"""What came of a click, said once where the page is drawn next; a form that was sent begins anew."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

import streamlit as st

from app.errors import PlumblineError


def act(page: str, do: Callable[[], object], done: str) -> None:
    """The click of a page; what may be done is judged by the warehouse."""
    try:
        do()
    except PlumblineError as error:
        st.session_state[f"{page}_said"] = (str(error), True)
    else:
        st.session_state[f"{page}_said"] = (done, False)
        st.session_state[f"{page}_turn"] = turn(page) + 1


def turn(page: str) -> int:
    """How often something was done on a page: a part of its fields' keys."""
    return int(st.session_state.get(f"{page}_turn", 0))


def say(page: str) -> bool:
    """Draws what came of the last click, where there was one; gives whether it was refused."""
    said, is_refused = st.session_state.pop(f"{page}_said", ("", False))
    if said:
        role, kind = ("alert", " pl-said-refused") if is_refused else ("status", "")
        st.html(f'<p class="pl-said{kind}" role="{role}">{escape(said)}</p>')
    return bool(is_refused)
