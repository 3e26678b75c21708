"""The clicks on saved things: copy, rename, share, delete, and back. What may be done is the warehouse's to say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from app.errors import PlumblineError
from app.saved.rows import SavedThing
from app.saved.store import SavedThings
from app.ui.reading import Reading


@dataclass(frozen=True)
class Shelf:
    """The things of a kind as a page has them.

    Attributes:
        noun: what one is called.
        parameter: of the address, that names the open one; `others` are those that go when it is shut.
        store: where they are.
    """

    noun: str
    parameter: str
    others: tuple[str, ...]
    store: Callable[[Reading], SavedThings[Any]]

    @property
    def said(self) -> str:
        """Where the visit keeps what became of the last click: how it went, and the words."""
        return f"{self.noun}_said"

    @property
    def undo(self) -> str:
        """Where the visit keeps what was deleted last."""
        return f"{self.noun}_undo"

    @property
    def wanted(self) -> str:
        """The id that the address names; nothing where it names none."""
        return str(st.query_params.get(self.parameter, ""))

    def show(self, thing_id: str) -> None:
        """Opens one to be read."""
        self.shut()
        st.query_params[self.parameter] = thing_id

    def shut(self) -> None:
        """Leads back to the list."""
        for name in (self.parameter, *self.others):
            st.query_params.pop(name, None)

    def done(self, act: Callable[[], str]) -> bool:
        """Does something, and says what became of it."""
        try:
            st.session_state[self.said] = ("done", act())
        except PlumblineError as error:
            st.session_state[self.said] = ("refused", str(error))
            return False
        return True


def copy(reading: Reading, shelf: Shelf, thing_id: str) -> None:
    def act() -> str:
        kept = shelf.store(reading).copy(reading.viewer, thing_id)
        shelf.show(str(kept.thing_id))
        return f"“{kept.title}” is a {shelf.noun} of yours now."

    shelf.done(act)


def rename(reading: Reading, shelf: Shelf, saved: SavedThing[Any], title_key: str, note_key: str) -> None:
    def act() -> str:
        title, note = str(st.session_state.get(title_key, "")), str(st.session_state.get(note_key, ""))
        kept = shelf.store(reading).change(reading.viewer, saved, title=title, description=note)
        return f"It is called “{kept.title}”."

    shelf.done(act)


def share(reading: Reading, shelf: Shelf, saved: SavedThing[Any], key: str) -> None:
    roles = [str(role) for role in st.session_state.get(key, [])]

    def act() -> str:
        shelf.store(reading).share(reading.viewer, str(saved.thing_id), roles)
        whom = ", ".join(role.replace("_", " ") for role in roles)
        return f"“{saved.title}” is shared with {whom}: each with their own rights." if roles else (
            f"“{saved.title}” is yours alone."
        )

    shelf.done(act)


def delete(reading: Reading, shelf: Shelf, saved: SavedThing[Any]) -> None:
    def act() -> str:
        shelf.store(reading).delete(reading.viewer, str(saved.thing_id))
        shelf.shut()
        st.session_state[shelf.undo] = str(saved.thing_id)
        return f"“{saved.title}” is deleted."

    shelf.done(act)


def bring_back(reading: Reading, shelf: Shelf, thing_id: str) -> None:
    def act() -> str:
        shelf.store(reading).bring_back(reading.viewer, thing_id)
        shelf.show(thing_id)
        return "It is back, shared as it was."

    shelf.done(act)
    st.session_state.pop(shelf.undo, None)
