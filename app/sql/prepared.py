"""From what somebody wrote to what is sent: metrics expanded, parameters bound, admitted; and the way back. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.errors import StatementError
from app.metrics import Metric
from app.sql import macro
from app.sql.admit import admit
from app.sql.lexing import position, tokens
from app.sql.parameters import Value, bound_as, given_values, parameter_of, parameters


@dataclass(frozen=True)
class Prepared:
    """A statement as it is sent.

    Attributes:
        sql: with $1, $2, … for what is bound.
        values: what is bound, in that order.
        written: what somebody wrote.
        places: (offset in `sql`, offset in `written`, whether what follows is word for word) in order.
    """

    sql: str
    values: tuple[Value, ...]
    written: str
    places: tuple[tuple[int, int, bool], ...]

    def place_of(self, at: int) -> tuple[int, int]:
        """Line and column of what was written, for an offset in `sql`."""
        begin, source, is_same = max((each for each in self.places if each[0] <= at), default=(0, 0, True))
        return position(self.written, source + (at - begin if is_same else 0))


def prepare(
    text: str, given: Mapping[str, tuple[str, str]], metrics: Mapping[str, Metric], as_of: datetime
) -> Prepared:
    """What is sent for a text.

    Args:
        text: as somebody wrote it.
        given: parameter → (type, value) as typed in.
        metrics: the catalogue, for metric(…).
        as_of: the business instant in the reporting time zone.

    Raises:
        StatementError: it is not exactly one SELECT, or a parameter or a metric is not right; with line and column.
    """
    values = given_values(parameters(text), given)
    every = tokens(text)
    code = [token for token in every if token.is_code]
    numbers: dict[str, int] = {}
    sent, places, length, skip_to = list[str](), list[tuple[int, int, bool]](), 0, 0
    index = {token.at: number for number, token in enumerate(code)}
    for token in every:
        if token.at < skip_to:
            continue
        piece, is_same = token.text, True
        if token.kind == "parameter":
            name = parameter_of(token).name
            piece, is_same = bound_as(values[name], numbers.setdefault(name, len(numbers) + 1)), False
        elif token.text == "$":
            raise StatementError("A $ cannot stand here. Parameters are written {{month}} or :month.",
                                 *position(text, token.at))  # fmt: skip
        elif token.at in index and macro.begins(code, index[token.at]):
            piece, count = macro.expanded(text, code, index[token.at], values, metrics, as_of)
            skip_to, is_same = code[index[token.at] + count - 1].end, False
        places.append((length, token.at, is_same))
        sent.append(piece)
        length += len(piece)
    whole = Prepared("".join(sent), tuple(values[name] for name in numbers), text, tuple(places))
    return _admitted(whole)


def _admitted(whole: Prepared) -> Prepared:
    """The same, admitted; what is wrong is told by where it was written."""
    try:
        sql = admit(whole.sql)
    except StatementError as error:
        if error.line is None or error.column is None:
            raise
        said = str(error).partition(": ")[2]
        lines = whole.sql.split("\n")
        at = sum(len(line) + 1 for line in lines[: error.line - 1]) + error.column - 1
        raise StatementError(said, *whole.place_of(at)) from None
    return Prepared(sql, whole.values, whole.written, whole.places)
