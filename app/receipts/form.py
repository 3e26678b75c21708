"""What a receipt says, its canonical form, and its id, which follows from what it says.

An id is twelve signs of Crockford's base32, which has no I, L, O or U, so that it can be read over the phone. Sixty
bits of a SHA-256: among ten million receipts two share an id with a chance of 1 in 20,000.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter, ValidationError

from app.errors import QuestionError, UsageError
from app.metrics import Question

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH, GROUP = 12, 4
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
"""Letters that the alphabet lacks and that somebody may take for one of its digits."""


@dataclass(frozen=True)
class Receipt:
    """One figure as it was shown; each attribute is a column of portal.receipt.

    Attributes:
        receipt_id: twelve signs, without the hyphens that people see.
        metric, version: which definition.
        definition: SHA-256 of its text.
        marts: what was read.
        question: what was asked, without what was left at its default.
        as_of: the business instant.
        sql: the statement.
        models: SHA-256 of the models that the program which answered was installed with.
        build: of which build the rows are: `run_id`, `started_at`, `as_of`; and of the part since, where there is one:
            `live_id`, `live_at`.
        sources: source → what of it was in that build: `run_id`, `ended_at`, `as_of`, `row_count` of its last load
            before it, and `newest_event_at` where that is known.
        checked_at: when the promises were checked.
        promises: names by outcome: `kept`, `broken`, `warned`.
        answer: `names` of the columns and `rows` with every value as exact text.
        made_at: when it was first shown, by the wall's clock.
    """

    receipt_id: str
    metric: str
    version: int
    definition: str
    marts: tuple[str, ...]
    question: Mapping[str, Any]
    as_of: datetime
    sql: str
    models: str
    build: Mapping[str, Any]
    sources: Mapping[str, Any]
    checked_at: datetime | None
    promises: Mapping[str, Any]
    answer: Mapping[str, Any]
    made_at: datetime


@dataclass(frozen=True)
class Stored:
    """A receipt as it lies in the warehouse, with its seal.

    Attributes:
        key_id: which key of the home sealed it.
        marks: column → a short seal of it alone, to tell which one was altered.
        seal: over all of the receipt.
        is_kept: never removed by age, since it is part of a board pack; not sealed, since that comes later.
    """

    receipt: Receipt
    key_id: str
    marks: Mapping[str, str]
    seal: str
    is_kept: bool = False


def plain(value: Any) -> Any:
    """The value in terms of JSON without numbers that could be rounded: decimals, floats and instants are exact texts.

    Raises:
        TypeError: a kind of value that has no one text.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Decimal():
            return format(value, "f")
        case float():
            return repr(value)  # the shortest text that is this float and no other
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {str(name): plain(each) for name, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case set() | frozenset():
            return sorted(plain(each) for each in value)
    raise TypeError(f"No exact form for {type(value).__name__}: {value!r}")


def canonical(value: Any) -> str:
    """The one text for a value: keys in order, no blanks, every letter as it is."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def asked(question: Question) -> dict[str, Any]:
    """What a question asks, in terms of JSON. What is left at its default is left out, so that a field which
    questions get later changes no id.
    """
    found = asdict(question)
    defaults = {each.name: each.default for each in fields(question) if each.default is not MISSING}
    defaults |= {each.name: each.default_factory() for each in fields(question) if each.default_factory is not MISSING}
    return {
        name: plain(value) for name, value in found.items() if name not in defaults or value != defaults[name]
    }  # fmt: skip


def question_of(asked_for: Mapping[str, Any]) -> Question:
    """The question that was asked.

    Raises:
        QuestionError: it is none that can be asked today.
    """
    unknown = sorted(set(asked_for) - {each.name for each in fields(Question)})
    try:
        if not unknown:
            return TypeAdapter(Question).validate_python(dict(asked_for))
    except ValidationError as error:
        unknown = [str(part) for part in error.errors()[0]["loc"]]
    raise QuestionError(
        f"The receipt asks for {', '.join(unknown)} in a way that no question knows any more. Expected one of today's. "
        "Ask the figure anew with `plumbline metric`."
    )


def id_of(said: Mapping[str, Any]) -> str:
    """The id of what identifies a figure: its definition, the whole question, the instant, build and check."""
    number = int(sha256(canonical(said))[:15], 16)  # 60 bits
    signs = ""
    for _ in range(LENGTH):
        number, last = divmod(number, len(ALPHABET))
        signs = ALPHABET[last] + signs
    return signs


def identity(receipt: Receipt) -> dict[str, Any]:
    """What the id follows from. Not who asked, nor the value: who shows the same figure shows the same id."""
    names = ("metric", "version", "definition", "question", "as_of", "sql", "build", "checked_at")
    return {name: getattr(receipt, name) for name in names}


def spoken(receipt_id: str) -> str:
    """The id as people see it: `7K3M-Q9XA-2BFD`."""
    return "-".join(receipt_id[at : at + GROUP] for at in range(0, len(receipt_id), GROUP))


def heard(text: str) -> str:
    """The id that somebody typed, in small letters or without hyphens, an O for a zero, an I or L for a one.

    Raises:
        UsageError: it can be none.
    """
    signs = "".join(text.split()).replace("-", "").upper().translate(MISREAD)
    if len(signs) != LENGTH or set(signs) - set(ALPHABET):
        raise UsageError(
            f"{text!r} is not the id of a receipt. Expected twelve letters and digits such as 7K3M-Q9XA-2BFD, as the "
            "passport of a figure, the daily mail and `plumbline metric` show it."
        )
    return signs


def table_of(names: tuple[str, ...], rows: tuple[tuple[Any, ...], ...]) -> dict[str, Any]:
    """An answer as a receipt holds it."""
    return {"names": list(names), "rows": [plain(row) for row in rows]}
