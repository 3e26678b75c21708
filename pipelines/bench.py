"""Benches: one file each in pipelines/benches/, one form of answer for all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from importlib import import_module
from pkgutil import iter_modules
from typing import TYPE_CHECKING, Literal, TypedDict

from app.errors import SettingsError, UsageError
from app.settings import Settings
from pipelines import benches

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True)
class Goal:
    """What a figure must reach, and what we aim for.

    Attributes:
        must: the limit; a figure that is just there has met it.
        aim: what would be good.
        better: which figures are better than the limit: smaller ones (seconds) or larger ones (a rate, a ratio).
    """

    must: float
    aim: float
    better: Literal["smaller", "larger"] = "smaller"

    def is_missed_by(self, figure: float) -> bool:
        """Whether the figure is on the wrong side of the limit."""
        return figure > self.must if self.better == "smaller" else figure < self.must


@dataclass(frozen=True)
class Bench:
    """A measurement.

    Attributes:
        name: that of its file.
        measure: gives the figures by name; what it starts it ends.
        goals: for some of the figures.
    """

    name: str
    measure: Callable[[Settings], Mapping[str, float]]
    goals: Mapping[str, Goal]


class Measured(TypedDict):
    """The JSON answer of `plumbline bench`."""

    name: str
    scale: str
    figures: dict[str, float]
    goals: dict[str, dict[str, float | str]]
    missed: list[str]


def bench_names() -> tuple[str, ...]:
    """The names of all benches, from the files of pipelines/benches/, in alphabetical order."""
    return tuple(sorted(module.name for module in iter_modules(benches.__path__)))


def measure(name: str, settings: Settings) -> Measured:
    """Runs a bench.

    Returns:
        Its figures beside their goals; `missed` names those that did not reach what they must.

    Raises:
        UsageError: there is no such bench.
        SettingsError: its file does not declare it, or a goal is for a figure that it does not give.
    """
    if name not in bench_names():
        raise UsageError(f"No bench is called {name!r}. Expected one of: {', '.join(bench_names())}.")
    bench = getattr(import_module(f"pipelines.benches.{name}"), "BENCH", None)
    if not isinstance(bench, Bench) or bench.name != name:
        raise SettingsError(f"pipelines/benches/{name}.py declares no BENCH of its name. Found {bench!r}.")
    figures = {figure: round(value, 3) for figure, value in bench.measure(settings).items()}
    unknown = sorted(set(bench.goals) - set(figures))
    if unknown:
        raise SettingsError(f"The bench {name} has goals for what it does not measure: {', '.join(unknown)}.")
    return {
        "name": name,
        "scale": settings.sandbox_scale,
        "figures": figures,
        "goals": {figure: asdict(goal) for figure, goal in bench.goals.items()},
        "missed": [figure for figure, goal in bench.goals.items() if goal.is_missed_by(figures[figure])],
    }


def draw(measured: Measured, console: Console) -> None:
    """The same for people: one line per figure."""
    for figure, value in measured["figures"].items():
        goal = measured["goals"].get(figure)
        side = {"smaller": "at most", "larger": "at least"}
        beside = f"  must be {side[str(goal['better'])]} {goal['must']:g}, aim {goal['aim']:g}" if goal else ""
        missed = "  MISSED" if figure in measured["missed"] else ""
        console.print(f"{value:12,.3f}  {figure}{beside}{missed}", markup=False)
