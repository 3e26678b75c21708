"""New versions in the metric files whose figures differ in a rehearsal: a line in each, and there may be forty."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from app.errors import UsageError
from app.metrics import FOLDER
from pipelines.definitions.rehearsal import Change

CERTIFIED = re.compile(r"^certified: \{by: (?P<by>\w+), on: [\d-]+, version: (?P<version>\d+)\}$", re.MULTILINE)


def raise_versions(changes: Iterable[Change], today: date, folder: Path = FOLDER) -> tuple[str, ...]:
    """Raises the version in the file of each metric for which one is due, and says as of today; all else stays.

    Returns:
        The metrics whose files were written; none whose version was raised before.

    Raises:
        UsageError: a file says `certified` in another form; none is written then.
    """
    due = [change for change in changes if change.must_raise and not is_raised(change)]
    written: dict[Path, str] = {}
    for change in due:
        path = folder / f"{change.metric}.yml"
        said = path.read_text(encoding="utf-8")
        found = CERTIFIED.search(said)
        if found is None:
            raise UsageError(
                f"{path} does not say `certified` in one line. Expected `certified: {{by: cfo, on: 2026-11-22, "
                "version: 1}}`. Write it so, or raise the version by hand."
            )
        line = f"certified: {{by: {found['by']}, on: {today}, version: {(change.version_stands or 0) + 1}}}"
        written[path] = said[: found.start()] + line + said[found.end() :]
    for path, text in written.items():
        path.write_text(text, encoding="utf-8")
    return tuple(change.metric for change in due)


def is_raised(change: Change) -> bool:
    """Whether its file says a newer version than the one that stands."""
    return (change.version_would_be or 0) > (change.version_stands or 0)
