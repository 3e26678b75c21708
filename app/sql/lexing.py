"""Where in a statement is code, and where are texts, names and comments: as Postgres reads them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from app.errors import StatementError

Kind = Literal["space", "comment", "text", "name", "parameter", "word", "number", "sign"]
TYPES = ("text", "number", "date")
OPENINGS = re.compile(
    r"""
    (?P<space>\s+)
    | (?P<comment>--[^\n]*)
    | (?P<block>/\*)
    | (?P<text>[eE]'(?:[^'\\]|\\.|'')*'|(?:[uU]&|[bBxXnN])?'(?:[^']|'')*')
    | (?P<dollar>\$(?:[A-Za-z_\x80-\U0010ffff][\w]*)?\$)
    | (?P<name>(?:[uU]&)?"(?:[^"]|"")*")
    | (?P<parameter>\{\{\s*[A-Za-z_]\w*\s*(?::\s*\w+\s*)?\}\})
    | (?P<number>\d[\w.]*)
    | (?P<word>[A-Za-z_\x80-\U0010ffff][\w$]*)
    | (?P<sign>::|=>|.)
    """,
    re.VERBOSE | re.DOTALL,
)
COLON_NAME = re.compile(r":[A-Za-z_]\w*")
BLOCK = re.compile(r"/\*|\*/")


@dataclass(frozen=True)
class Token:
    """A piece of a statement, with the offset at which it begins."""

    kind: Kind
    text: str
    at: int

    @property
    def end(self) -> int:
        return self.at + len(self.text)

    @property
    def is_code(self) -> bool:
        return self.kind not in ("space", "comment")

    @property
    def called(self) -> str:
        """The name as Postgres takes it: lower case, or what stands between double quotes."""
        return self.text[1:-1].replace('""', '"') if self.kind == "name" else self.text.lower()


def tokens(text: str) -> tuple[Token, ...]:
    """All pieces of a text; joined they are the text.

    Raises:
        StatementError: a text, name or comment does not end; or a character is none that Postgres takes.
    """
    return tuple(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    at = 0
    while at < len(text):
        kind, end = _next(text, at)
        yield Token(kind, text[at:end], at)
        at = end


def _next(text: str, at: int) -> tuple[Kind, int]:
    """The kind of the piece that begins there, and where it ends."""
    colon = COLON_NAME.match(text, at)
    if colon and not (at and (text[at - 1] == ":" or text[at - 1].isalnum())):
        return "parameter", colon.end()
    found = OPENINGS.match(text, at)
    kind, piece = (found.lastgroup or "sign", found[0]) if found else ("sign", "")
    if kind == "block":
        return "comment", _end_of_block(text, at)
    if kind == "dollar":
        end = text.find(piece, at + len(piece))
        if end < 0:
            raise _endless(text, at, f"the text that {piece} opens")
        return "text", end + len(piece)
    if piece in ("'", '"'):
        raise _endless(text, at, "the text that ' opens" if piece == "'" else 'the name that " opens')
    if piece == "\x00":
        raise StatementError("The statement holds a NUL. Expected text.", *position(text, at))
    return kind, at + len(piece)  # type: ignore[return-value]  # the groups are the kinds


def _end_of_block(text: str, at: int) -> int:
    """Comments nest in Postgres."""
    depth = 0
    for mark in BLOCK.finditer(text, at):
        depth += 1 if mark[0] == "/*" else -1
        if not depth:
            return mark.end()
    raise _endless(text, at, "the comment that /* opens")


def _endless(text: str, at: int, what: str) -> StatementError:
    return StatementError(f"Nothing ends {what}. Expected its end before that of the statement.", *position(text, at))


def position(text: str, at: int) -> tuple[int, int]:
    """Line and column of an offset, both from 1."""
    before = text[: max(0, min(at, len(text)))]
    return before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
