"""What may be sent: exactly one SELECT. The fence is the login's missing rights; this says sooner and in words what
would be refused, and where.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from itertools import pairwise

import sqlglot
from sqlglot import exp
from sqlglot.errors import ParseError, TokenError

from app.errors import StatementError
from app.manner import parted
from app.sql.doors import is_shut
from app.sql.lexing import Token, position, tokens

LONGEST = 100_000
BEGINS = ("select", "with")
NOT_READING = (exp.DML, exp.DDL, exp.Command, exp.Into, exp.Lock, exp.Set, exp.Drop)
WORDS = {
    exp.Into: "INTO would make a table. Only reading is possible here: leave it out.",
    exp.Lock: "Rows cannot be locked (FOR UPDATE, FOR SHARE). Only reading is possible here: leave it out.",
}
CHANGES = "Data cannot be changed, also not in WITH. Only reading is possible here."
LOCKS = ("update", "share", "no key update", "key share")

logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of what it will not read, which is refused here


def admit(text: str) -> str:
    """The statement without what may follow it, where it is exactly one SELECT.

    Args:
        text: with its parameters as $1, $2, …

    Raises:
        StatementError: it is not one, or calls what readers may not; with line and column.
    """
    if len(text) > LONGEST:
        raise StatementError(f"The statement has {parted(len(text))} characters. Expected at most {parted(LONGEST)}.")
    code = [token for token in tokens(text) if token.is_code]
    one = _one(text, code)
    _refuse_other_beginnings(text, one)
    _refuse_shut_functions(text, one)
    statement = text[: one[-1].end]
    _refuse_what_is_no_reading(statement, _parsed(statement))
    return statement


def _one(text: str, code: Sequence[Token]) -> Sequence[Token]:
    """The tokens of the one statement, without a semicolon at its end."""
    while code and code[-1].text == ";":
        code = code[:-1]
    if not code:
        raise StatementError("There is nothing to run. Expected one SELECT.", 1, 1)
    second = next((token for token in code if token.text == ";"), None)
    if second is not None:
        raise StatementError("A second statement begins after this. Expected one: select what you want to run, or put "
                             "the other into a tab of its own.", *position(text, second.at))  # fmt: skip
    return code


def _refuse_other_beginnings(text: str, code: Sequence[Token]) -> None:
    first = next((token for token in code if token.text != "("), code[0])
    if first.called == "explain":
        raise StatementError("EXPLAIN is a button here: leave the word out and choose Plan.", *position(text, first.at))
    if first.called not in BEGINS:
        raise StatementError(f"“{first.text}” does not begin a SELECT. Expected SELECT or WITH; nothing else is run.",
                             *position(text, first.at))  # fmt: skip


def _refuse_shut_functions(text: str, code: Sequence[Token]) -> None:
    for token, after in pairwise(code):
        if after.text == "(" and token.kind in ("word", "name") and is_shut(token.called):
            raise StatementError(f"{token.called} is not open to readers: it does more than read. Leave it out.",
                                 *position(text, token.at))  # fmt: skip


def _parsed(statement: str) -> exp.Expr:
    try:
        found = sqlglot.parse(statement, read="postgres")
    except ParseError as error:
        first = error.errors[0] if error.errors else {}
        word = str(first.get("highlight") or "")
        line, column = first.get("line"), first.get("col")
        raise StatementError(
            f"This cannot be read from “{word}” on. Expected a SELECT as Postgres writes it; look at what stands "
            "before it, such as a missing comma or bracket." if word else
            "This SELECT cannot be read to its end. Look for a missing bracket or word.",
            line, max(1, column - len(word) + 1) if column else None,
        ) from None  # fmt: skip
    except (TokenError, RecursionError):
        raise StatementError("This SELECT cannot be read. Look for a bracket or a text that does not end.") from None
    if len(found) != 1 or found[0] is None:
        raise StatementError("Expected exactly one SELECT.", 1, 1)
    return found[0]


def _refuse_what_is_no_reading(statement: str, tree: exp.Expr) -> None:
    if not isinstance(tree.unnest(), exp.Select | exp.SetOperation):
        raise StatementError("Expected a SELECT; nothing else is run.", 1, 1)
    found = next((node for node in tree.walk() if isinstance(node, NOT_READING)), None)
    if found is not None:
        said = next((words for kind, words in WORDS.items() if isinstance(found, kind)), CHANGES)
        raise StatementError(said, *_place(statement, found))


def _place(statement: str, found: exp.Expr) -> tuple[int, int]:
    """Where the word stands that makes it no reading."""
    word = "into" if isinstance(found, exp.Into) else "for" if isinstance(found, exp.Lock) else found.key
    code = [token for token in tokens(statement) if token.is_code]
    named = [token for token in code if token.kind == "word" and token.called == word]
    return position(statement, (named[-1] if word == "for" and named else (named or code)[0]).at)
