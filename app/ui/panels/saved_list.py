"""Saved things on their page: the list of one's own and of those that are shared, and what their owner can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape
from typing import Any

import streamlit as st

from app.access import ROLES
from app.errors import NotPermitted, UsageError
from app.saved.rows import SavedThing, Version
from app.ui import format as f
from app.ui.markdown import as_it_is
from app.ui.panels import saved_acts as acts
from app.ui.panels.saved_acts import Shelf
from app.ui.reading import Reading

Described = Callable[[SavedThing[Any]], str]


def say(reading: Reading, shelf: Shelf, key: str) -> None:
    """What became of the last click, with the way back where there is one.

    Its place is always there: what stands below would be drawn anew if it came and went, and lose its focus.
    """
    kind, said = st.session_state.pop(shelf.said, ("", ""))
    undo = st.session_state.get(shelf.undo, "")
    with st.container(key=f"{key}_said", horizontal=True, vertical_alignment="center"):
        if not said:
            st.session_state.pop(shelf.undo, None)
            return
        role = "status" if kind == "done" else "alert"
        st.html(f'<p class="pl-said" role="{role}">{escape(said)}</p>', width="content")
        if undo:
            st.button("Undo", key=f"{key}_undo", on_click=acts.bring_back, args=(reading, shelf, undo))


def choose(reading: Reading, shelf: Shelf, described: Described, nothing: str, key: str) -> None:
    """One's own first, then those of others; each with whose it is and when it was opened.

    Args:
        reading: who looks.
        shelf: of what.
        described: what one is, in a word or two.
        nothing: what is said where there is none.
        key: of its widgets.
    """
    mine, shared = shelf.store(reading).mine(reading.viewer), shelf.store(reading).shared(reading.viewer)
    found = (*mine, *shared)
    title = f"{len(mine)} of yours, {len(shared)} shared with you" if found else f"No {shelf.noun} yet"
    st.html(f'<h2 class="pl-title">{title}</h2><div class="pl-subtitle">The newest first</div>')
    if not found:
        st.html(f'<p class="pl-empty">{escape(nothing)}</p>')
        return
    names = {str(each.thing_id): each.title for each in found}
    picked = f"{key}_picked"
    st.session_state[picked] = shelf.wanted if shelf.wanted in names else None
    st.radio(f"{shelf.noun.capitalize()}s", list(names), key=picked, label_visibility="collapsed", width="stretch",
             index=None, format_func=lambda each: as_it_is(names[each]),
             captions=[as_it_is(caption(reading, each, described(each))) for each in found],
             on_change=lambda: shelf.show(str(st.session_state[picked])))  # fmt: skip


def caption(reading: Reading, saved: SavedThing[Any], described: str) -> str:
    """Such as "Pivot · yours, shared with finance · opened 2 days ago"."""
    whose = "yours" if saved.is_of(reading.viewer.email) else f"by {saved.owner_name}"
    shared = f", shared with {', '.join(words(saved.roles))}" if saved.roles and whose == "yours" else ""
    seen = f"opened {f.age(saved.opened_at, reading.now)}" if saved.opened_at else "not opened yet"
    return f"{described} · {whose}{shared} · {seen}"


def words(roles: Sequence[str]) -> list[str]:
    return [role.replace("_", " ") for role in roles]


def opened(reading: Reading, shelf: Shelf) -> SavedThing[Any] | str:
    """The one of the address, or what to say instead; that it was opened is noted once."""
    noted, wanted = f"{shelf.noun}_opened", shelf.wanted
    if not wanted:
        return f"Choose a {shelf.noun} of the list, or begin a new one."
    try:
        if st.session_state.get(noted) == wanted:
            return shelf.store(reading).seen(reading.viewer, wanted)
        found = shelf.store(reading).open(reading.viewer, wanted)
    except (NotPermitted, UsageError) as error:
        return str(error)
    st.session_state[noted] = wanted
    return found


def standing(reading: Reading, saved: SavedThing[Any]) -> str:
    """Whose it is, which version, and who else may open it."""
    whose = "Yours" if saved.is_of(reading.viewer.email) else f"By {saved.owner_name}"
    roles = f"shared with {', '.join(words(saved.roles))}" if saved.roles else "shared with nobody"
    return f"{whose}, version {saved.version} of {f.clock_time(saved.updated_at, reading.zone)}, {roles}."


def own_acts(reading: Reading, shelf: Shelf, saved: SavedThing[Any], look_at: Callable[[Version[Any]], None],
             key: str, *, warned: str = "") -> None:  # fmt: skip
    """Share, rename, copy, versions, delete: only its owner has them.

    Args:
        reading: its owner's.
        shelf: of what.
        saved: which.
        look_at: opens an earlier version.
        key: of its widgets.
        warned: what to know before sharing it.
    """
    me = f"{key}_{saved.thing_id}"
    with st.popover("Share", key=f"{me}_share"):
        st.session_state.setdefault(f"{me}_roles", list(saved.roles))
        st.multiselect("Roles that may open it, each with their own rights", ROLES, key=f"{me}_roles",
                       format_func=lambda role: role.replace("_", " "), placeholder="Nobody else")  # fmt: skip
        if warned:
            st.html(f'<p class="pl-more">{escape(warned)}</p>')
        st.button("Share", key=f"{me}_shared", on_click=acts.share, args=(reading, shelf, saved, f"{me}_roles"))
    with st.popover("More", key=f"{me}_more"):
        st.session_state.setdefault(f"{me}_title", saved.title)
        st.session_state.setdefault(f"{me}_note", saved.description)
        st.text_input("Name", key=f"{me}_title", max_chars=80)
        st.text_input("What it is for", key=f"{me}_note", max_chars=500)
        names = (f"{me}_title", f"{me}_note")
        st.button("Rename", key=f"{me}_renamed", on_click=acts.rename, args=(reading, shelf, saved, *names))
        versions(reading, shelf, saved, look_at, me)
        st.button("Make a copy", key=f"{me}_copy", on_click=acts.copy, args=(reading, shelf, str(saved.thing_id)))
        st.button("Delete", key=f"{me}_delete", on_click=acts.delete, args=(reading, shelf, saved))


def versions(reading: Reading, shelf: Shelf, saved: SavedThing[Any], look_at: Callable[[Version[Any]], None],
             me: str) -> None:  # fmt: skip
    """Earlier versions, each to be looked at; nothing is lost by that."""
    if saved.version < 2:
        return
    found = {each.version: each for each in shelf.store(reading).versions(reading.viewer, str(saved.thing_id))}
    earlier = [version for version in found if version != saved.version]
    chosen = st.selectbox(
        "Earlier version", earlier, key=f"{me}_version", format_func=lambda version: (
            f"{version}, {f.clock_time(found[version].saved_at, reading.zone)}"
        ),
    )  # fmt: skip
    st.button("Open that version", key=f"{me}_earlier", on_click=look_at, args=(found[chosen],))
