"""What an address asks for: a page, a format, one panel or all, and the page's own parameters. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlencode

from app.access import Viewer
from app.dashboard import Dashboard
from app.errors import UsageError
from app.export.gather import Part, parts_of, readers_of
from app.ui.chosen import EVENTS, Choice

PLACE = "/export"
PANEL = "panel"
Format = Literal["pdf", "xlsx", "csv", "png"]
FORMATS: tuple[Format, ...] = get_args(Format)
SAID = {"pdf": "PDF", "xlsx": "XLSX", "csv": "CSV", "png": "PNG"}


@dataclass(frozen=True)
class Asked:
    """A page, as which format, and of it one panel or everything.

    Attributes:
        panel: the panel's number, 0 for the whole page.
        parts: what the file will hold, in its order.
    """

    dashboard: Dashboard
    kind: Format
    panel: int
    parts: tuple[Part, ...]


def read_address(
    dashboard: Dashboard, viewer: Viewer, kind: str, parameters: Mapping[str, Sequence[str]]
) -> Asked:
    """What is asked of a page that the viewer may open.

    Raises:
        UsageError: there is no such format, panel or parameter, or nothing that can leave.
    """
    if kind not in FORMATS:
        raise UsageError(f"No file is made as {kind!r}. Expected one of: {', '.join(FORMATS)}. Choose one on the page.")
    known = {PANEL, "month", "compare", EVENTS, *dashboard.filters, *(name for name, _ in dashboard.names)}
    if odd := [name for name in parameters if name not in known]:
        raise UsageError(
            f"{dashboard.title} has no choice called {odd[0]!r}. Expected one of: {', '.join(sorted(known))}. "
            "Take the link from the page."
        )
    parts = tuple(part for part in parts_of(dashboard) if readers_of(part, viewer))
    if not parts:
        raise UsageError(f"Nothing on {dashboard.title} leaves as a file. Expected a page with figures or lists.")
    wanted = parameters.get(PANEL, ())
    if not wanted and kind != "csv":
        return Asked(dashboard, kind, 0, parts)  # type: ignore[arg-type]
    chosen = [part for part in parts if [str(part.number)] == list(wanted)]
    if not chosen:
        numbers = ", ".join(str(part.number) for part in parts)
        found = f"{wanted[0]!r} is none of the panels of" if wanted else "A CSV file holds one panel of"
        raise UsageError(f"{found} {dashboard.title}. Expected panel={numbers}. Take the link from the page.")
    return Asked(dashboard, kind, chosen[0].number, tuple(chosen))  # type: ignore[arg-type]


def refuse_unknown(choice: Choice) -> None:
    """A file holds exactly what was asked for: a page can leave something out and say so, a file travels without.

    Raises:
        UsageError: the address asks for a month, comparison or value that there is not.
    """
    if choice.unknown:
        said = choice.unknown_said.replace("which is not known here: it is left out", "which is not known here")
        raise UsageError(f"{said} Choose it anew on the page and take the link there.")


def link(dashboard: Dashboard, kind: Format, choice: Choice, panel: int = 0) -> str:
    """The address of a file of what a page shows with these choices."""
    pairs = [*([(PANEL, str(panel))] if panel else []), *choice.address]
    return f"{PLACE}/{dashboard.slug}.{kind}" + (f"?{urlencode(pairs)}" if pairs else "")


def page_path(dashboard: Dashboard, choice: Choice) -> str:
    """The path of the page itself with these choices, without a slash before it."""
    return dashboard.slug + choice.query
