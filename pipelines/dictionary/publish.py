"""Sets the dictionary as a page, and has dbt make its own documentation; the portal serves both behind its login.

They are made anew when what they are written from has changed, not with every build.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.engine import URL

from app.clock import wall
from app.documents import READERS, folder_of
from app.errors import FellShort
from app.manner import current, parted
from app.secrets import warehouse_url
from app.settings import ROOT, Settings
from app.ui.look import css_variables, font_faces
from pipelines.build import only_build
from pipelines.dbt import dbt_folder, manifest_path, run_dbt
from pipelines.dictionary.entries import Dictionary, gather
from pipelines.job import Run, StepResult

HERE = Path(__file__).resolve().parent
WRITTEN_FROM = ("models", "checks", "pages", "pipelines/sources", "pipelines/dictionary")
MADE_FROM = "made_from.txt"
LAYERS = (
    ("mart", "Marts", "What pages, mails and other tools read: one view each, for the roles that may read it."),
    ("rollup", "Rollups", "Sums at the grain that a page shows; each build works them out and exchanges them whole."),
    ("core", "Facts and dimensions", "What happened and who is who, whatever system it came from."),
    ("staging", "Staging", "Each raw table, its columns named, cast and in UTC; nothing is joined or left out."),
)
UNITS: Mapping[str, str] = {
    "usd": "US dollars", "local": "the customer's own currency", "count": "a count", "ratio": "a ratio",
    "times": "how many times one is the other",
    "months": "months", "days": "days", "hours": "hours", "minutes": "minutes", "points": "points",
    "items": "a number of items",
}  # fmt: skip
CADENCES: Mapping[str, str] = {"critical": "every 5 minutes", "hourly": "hourly", "daily": "daily"}
NOWHERE = URL.create("postgresql", username="nobody", host="127.0.0.1", port=1, database="warehouse")
"""dbt wants an address to read the project; none is gone to."""


def document(run: Run) -> StepResult:
    """Writes the dictionary and dbt's documentation where the portal finds them, if they would say something else.

    Raises:
        FellShort: dbt could not make its documentation.
    """
    folder, state = folder_of(run.settings), fingerprint()
    if is_current(folder, state):
        return StepResult({"documents": 0})
    with only_build(run.settings):
        target = manifest_path(run.settings).parent
        _let_dbt(warehouse_url(run.settings, "plumbline_builder"), dbt_folder(run.settings), run.settings,
                 run.as_of, "docs", "generate", "--static", "--no-compile")  # fmt: skip
        publish(gather(target, as_of=run.as_of), folder, dbt_page=target / "static_index.html")
    _put(folder / MADE_FROM, state)
    return StepResult({"documents": 2})


def write_without_warehouse(settings: Settings, folder: Path, *, as_of: datetime) -> Dictionary:
    """The same from the files alone: columns have no types then. Gives what it wrote.

    Raises:
        FellShort: the models cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="plumbline-docs-") as scratch:
        target = Path(scratch) / "target"
        _let_dbt(NOWHERE, Path(scratch), settings, as_of, "parse")
        _let_dbt(NOWHERE, Path(scratch), settings, as_of, "docs", "generate", "--static", "--no-compile",
                 "--empty-catalog")  # fmt: skip
        dictionary = gather(target, as_of=as_of)
        publish(dictionary, folder, dbt_page=target / "static_index.html")
    return dictionary


def publish(dictionary: Dictionary, folder: Path, *, dbt_page: Path) -> None:
    """Writes all documents into the folder, each at one stroke.

    What says of which state they are goes first: the next refresh writes those anew that were written without types.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MADE_FROM).unlink(missing_ok=True)
    _put(folder / "dictionary.html", render(dictionary))
    _put(folder / "dictionary.js", (HERE / "dictionary.js").read_text())
    _put(folder / "dbt.html", dbt_page.read_text())


def render(dictionary: Dictionary) -> str:
    """The dictionary as a page of HTML."""
    linked = {one.metric.name for one in dictionary.metrics} | {one.name for one in dictionary.datasets}
    linked |= {stream.dataset for one in dictionary.sources for stream in one.streams}
    environment = Environment(loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined,
                              trim_blocks=True, lstrip_blocks=True)  # fmt: skip
    return environment.get_template("dictionary.html.j2").render(
        d=dictionary, linked=linked, layers=LAYERS, units=UNITS, cadences=CADENCES,
        made=current().day_and_year(wall(), is_long=True),
        column_count=parted(sum(len(one.columns) for one in dictionary.datasets)),
        style=font_faces() + css_variables() + (HERE / "dictionary.css").read_text(),
    )  # fmt: skip


def is_current(folder: Path, state: str) -> bool:
    """Whether all documents lie there, written with their types from what there is now."""
    is_there = all((folder / name).is_file() for name in (MADE_FROM, *READERS))
    return is_there and (folder / MADE_FROM).read_text(encoding="utf-8") == state


def fingerprint() -> str:
    """What the documents are written from, as a digest."""
    digest = hashlib.sha256()
    for name in WRITTEN_FROM:
        for path in sorted((ROOT / name).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()


def _let_dbt(url: URL, folder: Path, settings: Settings, as_of: datetime, *command: str) -> None:
    result = run_dbt(url, folder, command, as_of=as_of, timezone=settings.reporting_timezone)
    if not result.success:
        raise FellShort(
            f"dbt could not make its documentation: {result.exception or 'see its log'}. Expected models that can be "
            f"read. Run `plumbline run build`; dbt's log is in {folder / 'logs'}."
        )


def _put(path: Path, content: str) -> None:
    fresh = path.with_name(f".{path.name}.new")
    fresh.write_text(content, encoding="utf-8")
    os.replace(fresh, path)
