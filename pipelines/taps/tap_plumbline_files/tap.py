"""The tap: one stream per file that is in the folder, its rows replacing those of the last load."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from singer_sdk import Stream, Tap
from singer_sdk import typing as th

from .reader import BrokenFile, read
from .schemas import FILES, FileSchema, Value


class FileStream(Stream):
    """The rows of one file, read and checked before the first stream is sent."""

    def __init__(self, tap: Tap, schema: FileSchema, rows: list[dict[str, Value]]) -> None:
        self._rows = rows
        properties = {column.name: dict(column.json_type) for column in schema.columns}
        properties["line_number"] = {"type": ["integer", "null"]}
        super().__init__(tap, {"type": "object", "properties": properties}, schema.name)
        self.primary_keys = list(schema.key)

    def get_records(self, context: Any) -> Iterable[dict[str, Any]]:
        yield from self._rows


class TapPlumblineFiles(Tap):
    """Reads the CSV files of one folder. A missing file is no stream; a broken one stops the whole load."""

    name = "tap-plumbline-files"
    config_jsonschema = th.PropertiesList(
        th.Property("folder", th.StringType, required=True, description="Folder of the CSV files."),
        th.Property(
            "emit_activate_version_messages", th.BooleanType, default=True,
            description="Whether the loader is told to remove rows that the files no longer have.",
        ),
    ).to_dict()

    def discover_streams(self) -> list[Stream]:
        folder = Path(self.config["folder"])
        present = [(schema, folder / f"{schema.name}.csv") for schema in FILES]
        try:
            return [FileStream(self, schema, read(path, schema)) for schema, path in present if path.exists()]
        except BrokenFile as error:
            self.logger.critical("%s", error)
            raise SystemExit(1) from None
