"""How a job and its steps went: for the record, for the JSON answer, and for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from rich.console import Console

from app.errors import PlumblineError

Result = Literal["ok", "failed", "skipped"]


@dataclass(frozen=True)
class StepOutcome:
    """How a step went.

    Attributes:
        step: its name.
        result: ok, failed, or skipped: what it needs had not gone well.
        seconds: how long it took.
        detail: what it had to say.
        error: why it failed; None otherwise.
        reason: why it was skipped; empty otherwise.
    """

    step: str
    result: Result
    seconds: float
    detail: Mapping[str, object] = field(default_factory=dict)
    error: Exception | None = None
    reason: str = ""

    @property
    def said(self) -> str | None:
        """Why it did not go well, in words; None when it did."""
        return told(self.error) if self.error else (self.reason or None)

    def payload(self) -> dict[str, object]:
        """Its part of the JSON answer of `plumbline run`."""
        return {
            "step": self.step,
            "result": self.result,
            "seconds": round(self.seconds, 2),
            "error": self.said,
            "detail": self.detail,
        }


@dataclass(frozen=True)
class JobOutcome:
    """How a job went; `steps` holds all of its steps, in order."""

    run_id: UUID
    job: str
    as_of: datetime
    seconds: float
    steps: tuple[StepOutcome, ...]

    @property
    def error(self) -> Exception | None:
        """Of the first step that failed."""
        return next((step.error for step in self.steps if step.error is not None), None)

    @property
    def result(self) -> Literal["ok", "failed"]:
        return "failed" if self.error else "ok"

    def payload(self) -> dict[str, object]:
        """The JSON answer of `plumbline run`."""
        return {
            "job": self.job,
            "run_id": self.run_id,
            "as_of": self.as_of,
            "result": self.result,
            "seconds": round(self.seconds, 2),
            "steps": [step.payload() for step in self.steps],
        }

    def draw(self, console: Console) -> None:
        """The same for people."""
        for step in self.steps:
            console.print(f"{step.seconds:7.1f} s  {step.step}  {step.result}", markup=False)
            if step.said:
                console.print(f"           {step.said}", markup=False)
        console.print(f"{self.job} as of {self.as_of:%Y-%m-%d %H:%M} UTC: {self.result}", markup=False)


def told(error: Exception) -> str:
    """The message of a deliberate error; a defect is named by its class too."""
    return str(error) if isinstance(error, PlumblineError) else f"{type(error).__name__}: {error}"
