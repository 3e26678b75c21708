"""What a reading gave, kept beside the picture made of it, so that a file can hold the same figures and rows. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from app.answers import Answer
from app.question import Question
from app.sql.run import Found

MOST_ROWS = 100_000
"""A file of more is no file for people; each single read has the same bound."""
MOST_LISTED = 10_000
"""So many rows of a mart are read at once (app/warehouse.py, `read`)."""


@dataclass(frozen=True)
class Rows:
    """Rows of a mart as they were read: which mart, by which conditions."""

    mart: str
    where: Mapping[str, Any]
    frame: pd.DataFrame


@dataclass
class Kept:
    """Every answer and every list of rows that one element of a page was made of, in the order in which it asked.

    Attributes:
        answers: question and answer; a question that was asked twice is kept once.
        rows: what was read of marts.
        found: what SQL that somebody keeps gave, by its title.
    """

    answers: dict[Question, Answer] = field(default_factory=dict)
    rows: list[Rows] = field(default_factory=list)
    found: list[tuple[str, Found]] = field(default_factory=list)

    def answer(self, question: Question, given: Answer) -> None:
        known = self.answers.get(question)
        if known is None or (given.receipt and not known.receipt):
            self.answers[question] = given

    def table(self, mart: str, where: Mapping[str, Any], frame: pd.DataFrame) -> None:
        self.rows.append(Rows(mart, where, frame))

    @property
    def is_cut(self) -> bool:
        """Whether a list may have more rows than were read."""
        return any(len(each.frame) >= MOST_LISTED for each in self.rows) or any(each.more for _, each in self.found)

    @property
    def count(self) -> int:
        """How many rows were read in all."""
        answered = sum(len(each.rows) for each in self.answers.values())
        return answered + sum(len(each.frame) for each in self.rows) + sum(len(each.rows) for _, each in self.found)
