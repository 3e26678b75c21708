"""The sentences of the page Files: computed from what they describe."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from app.counting import counted
from app.file_versions import FOLDER, Version
from app.files.check import MOST_BYTES, Checked
from app.files.difference import Difference
from app.files.schema import FileSchema
from app.ui import format as f

FORMATS = f"CSV or XLSX, at most {MOST_BYTES // 1024 // 1024} MB"
STATES = {"loaded": "loaded", "waiting": "waiting for a load", "refused": "refused", "replaced": "replaced"}


def label(name: str) -> str:
    """A file's name for people."""
    return name.replace("_", " ").capitalize()


def rows(count: int) -> str:
    return counted(count, "row")


def size(count: int) -> str:
    """Bytes for people."""
    if count < 1000:
        return f"{count} B"
    return f"{f.number(count / 1000)} KB" if count < 1_000_000 else f"{f.number(count / 1_000_000, 1)} MB"


def by(who: str) -> str:
    """Who put a file in place."""
    return {FOLDER: "found in the folder", "cli": "command line"}.get(who, who)


def standing(versions: Sequence[Version], zone: tzinfo) -> str:
    """How a file stands, in a line."""
    if not versions:
        return "Never loaded"
    newest = versions[0]
    match newest.state:
        case "loaded":
            return f"{rows(newest.row_count or 0)}, loaded {f.clock_time(newest.loaded_at or newest.placed_at, zone)}"
        case "waiting":
            return f"Version {newest.version} waits for the next load"
        case _:
            return f"Version {newest.version} was refused"


def title(schema: FileSchema, versions: Sequence[Version], zone: tzinfo) -> str:
    """The finding over one file."""
    return f"{label(schema.name)}: {f.in_sentence(standing(versions, zone))}"


def all_files(standings: Sequence[Sequence[Version]]) -> str:
    """The finding over all files."""
    states = [versions[0].state for versions in standings if versions]
    refused, waiting = states.count("refused"), states.count("waiting")
    if refused:
        return f"{refused} file{' was' if refused == 1 else 's were'} refused"
    if waiting:
        return f"{waiting} file{' waits' if waiting == 1 else 's wait'} for the next load"
    if not states:
        return "No file has been loaded yet"
    every = len(standings)
    return "Every file is loaded" if len(states) == every else f"{len(states)} of {every} files loaded"


def problems(checked: Checked) -> str:
    """The finding over what is wrong with a file."""
    count = len(checked.problems)
    if checked.has_more:
        return f"More than {count} things are wrong; nothing has changed"
    return f"{count} thing{' is' if count == 1 else 's are'} wrong; nothing has changed"


def changes(change: Difference, count: int, *, is_first: bool) -> str:
    """The finding over what a file would change."""
    if is_first:
        return f"{rows(count)}, the first of this file"
    parts = ((change.added, "added"), (change.changed, "changed"), (change.removed, "removed"))
    said = [f"{f.number(len(some))} {word}" for some, word in parts if some]
    return f"{rows(count)}: {f.words(said)}" if said else f"{rows(count)}, the same as in place"


def placed(version: Version) -> str:
    """What is said once a file is in place."""
    return (
        f"{label(version.name)} is in place as version {version.version}, {rows(version.row_count or 0)}. A load takes "
        "it within a minute; figures follow with the build after it."
    )
