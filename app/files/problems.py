"""What is wrong with a file, and where: for people who correct it in the program they made it with."""

from __future__ import annotations

from dataclasses import dataclass

LONGEST = 300
"""Characters of what was found that are told: a cell may hold millions."""


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong.

    Attributes:
        file: the file's name.
        what: what is wrong.
        found, expected: as sentences have them.
        do: what to do next.
        line: the line of a CSV file or the row of a workbook; 0 where the whole file is meant.
        cell: of a workbook, such as `B7`.
        column: its name in the header.
    """

    file: str
    what: str
    found: str
    expected: str
    do: str
    line: int = 0
    cell: str = ""
    column: str = ""

    def __post_init__(self) -> None:
        if len(self.found) > LONGEST:
            object.__setattr__(self, "found", f"{self.found[:LONGEST]} … ({len(self.found):,} characters)")

    @property
    def name(self) -> str:
        """Of the file, without its ending."""
        return self.file.rpartition(".")[0].lower()

    @property
    def place(self) -> str:
        """Such as `line 3, column month`, or `row 3, cell B3, column month`; nothing for the whole file."""
        row = "row" if self.is_workbook else "line"
        parts = (f"{row} {self.line}" if self.line else "", f"cell {self.cell}" if self.cell else "",
                 f"column {self.column}" if self.column else "")  # fmt: skip
        return ", ".join(part for part in parts if part)

    @property
    def is_workbook(self) -> bool:
        return self.file.lower().endswith(".xlsx")

    def __str__(self) -> str:
        place = f", {self.place}" if self.place else ""
        said = f"{self.what}. Found {self.found}; expected {self.expected}. {self.do} and load again."
        return f"{self.file}{place}: {said}"


class Unreadable(ValueError):
    """The file cannot be read on from here; it says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem
