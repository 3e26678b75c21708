"""The tap: one stream per file that is in the folder, its rows replacing those of the last load."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from singer_sdk import Stream, Tap
from singer_sdk import typing as th

from app.files.catalogue import BY_NAME
from app.files.check import Checked, check
from app.files.folder import look, read_steady
from app.files.problems import Problem, Unreadable
from app.files.schema import FileSchema, Row


class FileStream(Stream):
    """The rows of one file, read and checked before the first stream is sent."""

    def __init__(self, tap: Tap, schema: FileSchema, rows: Iterable[Row]) -> None:
        self._rows = rows
        properties = {column.name: dict(column.json_type) for column in schema.columns}
        properties["line_number"] = {"type": ["integer", "null"]}
        super().__init__(tap, {"type": "object", "properties": properties}, schema.name)
        self.primary_keys = list(schema.key)

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        yield from (dict(row) for row in self._rows)


class TapPlumblineFiles(Tap):
    """Reads the files of one folder. A missing file is no stream; a broken one stops the whole load."""

    name = "tap-plumbline-files"
    config_jsonschema = th.PropertiesList(
        th.Property("folder", th.StringType, required=True, description="Folder of the files."),
        th.Property(
            "emit_activate_version_messages", th.BooleanType, default=True,
            description="Whether the loader is told to remove rows that the files no longer have.",
        ),
    ).to_dict()

    def discover_streams(self) -> list[Stream]:
        folder = look(Path(self.config["folder"]))
        problems = list(folder.problems)
        streams: list[Stream] = []
        for name, path in folder.files.items():
            found = _checked(path, BY_NAME[name])
            problems += found.problems
            streams.append(FileStream(self, BY_NAME[name], found.rows))
        if problems:
            self._refuse(problems)
        return streams

    def _refuse(self, problems: list[Problem]) -> None:
        """Ends the load; what stands last in the log is the first problem and how many more there are."""
        for problem in problems[1:]:
            self.logger.warning("also: %s", problem)
        more = f" ({len(problems) - 1} more: see the log of this load.)" if len(problems) > 1 else ""
        self.logger.critical("%s%s", problems[0], more)
        raise SystemExit(1)


def _checked(path: Path, schema: FileSchema) -> Checked:
    try:
        return check(path.name, read_steady(path), schema)
    except Unreadable as stopped:
        return Checked(problems=(stopped.problem,))
