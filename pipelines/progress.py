"""What one sees while `plumbline up` works: a line per step with its seconds; a spinner on a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from rich.console import Console
from rich.status import Status


@dataclass
class Step:
    """One step: `note` is said beside its name once it is done; `say` tells what it is doing right now."""

    name: str
    began: float = field(default_factory=monotonic)
    note: str = ""
    seconds: float = 0.0
    _status: Status | None = None
    _console: Console | None = None
    _said: str = ""

    def say(self, doing: str) -> None:
        """Tells what is being done; the same thing twice is told once."""
        if doing == self._said:
            return
        self._said = doing
        if self._status is not None:
            self._status.update(f"{self.name}: {doing}")
        elif self._console is not None:
            self._console.print(f"             {self.name}: {doing}", markup=False)

    def payload(self) -> dict[str, object]:
        return {"step": self.name, "seconds": round(self.seconds, 2), "note": self.note}


class Progress:
    """Draws steps on a console: a spinner with the seconds on a terminal, plain lines elsewhere."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.done: list[Step] = []
        self._lock = Lock()

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """One step, drawn when it ends; also when it fails, as failed."""
        step = Step(name)
        if self.console.is_terminal:
            step._status = Status(name, console=self.console)
            step._status.start()
        else:
            step._console = self.console
        try:
            yield step
        except BaseException:
            self._close(step, "✗")
            raise
        self._close(step, "✓")
        self.done.append(step)

    def line(self, text: str) -> None:
        """One line of its own; may come from another thread."""
        with self._lock:
            self.console.print(text, markup=False)

    def _close(self, step: Step, sign: str) -> None:
        step.seconds = monotonic() - step.began
        if step._status is not None:
            step._status.stop()
        beside = f"  {step.note}" if step.note else ""
        self.line(f"{sign} {step.seconds:7.1f} s  {step.name}{beside}")
