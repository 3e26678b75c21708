"""A dashboard of one's own as plain data: cards in their order, each with its width. It holds no figure and no SQL."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator

from app.errors import DashboardError
from app.manner import parted

Kind = Literal["report", "tile", "trend", "query", "words"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Size = Literal["third", "half", "two_thirds", "whole"]
SIZES: tuple[Size, ...] = get_args(Size)
WIDTH: dict[Size, int] = {"third": 4, "half": 6, "two_thirds": 8, "whole": 12}
"""Of the twelve parts that a row has."""
USUAL: dict[Kind, Size] = {"report": "half", "tile": "third", "trend": "half", "query": "half", "words": "third"}
MOST_CARDS, MOST_QUERIES = 24, 6
LONGEST = 80_000
"""Letters that a dashboard's JSON may have."""
Seen = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")]
Prose = Annotated[str, StringConstraints(max_length=2_000, pattern=r"^[^\x00]*$")]


class Card(BaseModel):
    """One thing on a dashboard.

    Attributes:
        key: tells it from the others of its dashboard.
        of: the report's or query's id, the metric's name; nothing for words.
        name: what it is called: a report's or query's title when it was put here, the heading of words.
        text: of words.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}$")]
    kind: Kind
    of: Annotated[str, StringConstraints(max_length=80, pattern=r"^[A-Za-z0-9_-]*$")] = ""
    name: Seen = ""
    text: Prose = ""
    size: Size = "third"


class Layout(BaseModel):
    """The cards of a dashboard, in reading order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Literal[1] = 1
    cards: tuple[Card, ...] = Field((), max_length=MOST_CARDS)

    @model_validator(mode="after")
    def _within_bounds(self) -> Self:
        keys = [card.key for card in self.cards]
        if len(set(keys)) < len(keys):
            raise ValueError("two cards have the same key; expected each once")
        queries = sum(card.kind == "query" for card in self.cards)
        if queries > MOST_QUERIES:
            raise ValueError(f"{queries} cards of SQL; expected at most {MOST_QUERIES}, each is run when it is opened")
        return self

    def json_text(self) -> str:
        """Compact, without what is as usual; `parse` reads it back."""
        said = {"version": self.version, **self.model_dump(mode="json", exclude_defaults=True)}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    def with_card(self, kind: Kind, of: str = "", name: str = "", text: str = "", size: Size | None = None) -> Layout:
        """The same with one more card at the end.

        Raises:
            DashboardError: there are as many as there can be, or it is none.
        """
        free = str(max((int(card.key) for card in self.cards), default=0) + 1)
        card = {"key": free, "kind": kind, "of": of, "name": name, "text": text, "size": size or USUAL[kind]}
        return judged({"cards": [*self._dumped(), card]})

    def with_words(self, key: str, name: str, text: str) -> Layout:
        """The same with other words on a card of words.

        Raises:
            DashboardError: they are too long.
        """
        changed = [{**card, "name": name, "text": text} if card["key"] == key and card["kind"] == "words" else card
                   for card in self._dumped()]  # fmt: skip
        return judged({"cards": changed})

    def arranged(self, wanted: Sequence[tuple[str, str]]) -> Layout:
        """The same cards in another order and width; those that are not named are taken away.

        Args:
            wanted: (key, size) of each card that stays.

        Raises:
            DashboardError: there is no such card or width.
        """
        known = {card["key"]: card for card in self._dumped()}
        if unknown := [key for key, _ in wanted if key not in known]:
            raise DashboardError(
                f"No card {unknown[0]!r} is on this dashboard. Expected some of: {', '.join(known)}. Open it anew."
            )
        return judged({"cards": [{**known[key], "size": size} for key, size in wanted]})

    def moved(self, key: str, by: int) -> Layout:
        """The same with one card so many places later, or earlier; as far as there are places."""
        order = [card.key for card in self.cards if card.key != key]
        at = next(at for at, card in enumerate(self.cards) if card.key == key)
        order.insert(min(max(at + by, 0), len(order)), key)
        sizes = {card.key: card.size for card in self.cards}
        return self.arranged([(each, sizes[each]) for each in order])

    def sized(self, key: str, size: str) -> Layout:
        """The same with one card of another width."""
        return self.arranged([(card.key, size if card.key == key else card.size) for card in self.cards])

    def without(self, key: str) -> Layout:
        """The same without a card."""
        return self.arranged([(card.key, card.size) for card in self.cards if card.key != key])

    @property
    def rows(self) -> tuple[tuple[Card, ...], ...]:
        """The cards row by row: each stands beside the one before where there is room for it."""
        made: list[list[Card]] = []
        room = 0
        for card in self.cards:
            if WIDTH[card.size] > room:
                made.append([])
                room = 12
            made[-1].append(card)
            room -= WIDTH[card.size]
        return tuple(map(tuple, made))

    def _dumped(self) -> list[dict[str, Any]]:
        return [card.model_dump() for card in self.cards]


def parse(text: str) -> Layout:
    """The dashboard of a JSON text.

    Raises:
        DashboardError: it is none; the message says where, what was found and what is expected.
    """
    if len(text) > LONGEST:
        raise DashboardError(
            f"The dashboard has {parted(len(text))} letters. Expected at most {parted(LONGEST)}. Shorten its words."
        )
    try:
        return Layout.model_validate_json(text)
    except ValidationError as error:
        raise _said(error) from None


def judged(fields: dict[str, Any]) -> Layout:
    """The dashboard of its fields.

    Raises:
        DashboardError: as `parse`.
    """
    try:
        return Layout.model_validate(fields)
    except ValidationError as error:
        raise _said(error) from None


def _said(error: ValidationError) -> DashboardError:
    first = error.errors(include_url=False)[0]
    place = ".".join(map(str, first["loc"])) or "the whole"
    return DashboardError(f"This dashboard cannot be kept: at {place}, {first['msg'].removeprefix('Value error, ')}.")
