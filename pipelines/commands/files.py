"""`plumbline files …`: the company's own files, their versions, and a check before anything is put in place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.counting import counted
from app.errors import FellShort, FileError, UsageError
from app.files.catalogue import BY_NAME, FILES, guess
from app.settings import get_settings
from pipelines.commands.options import Json
from pipelines.output import answer, chatter_on_stderr

if TYPE_CHECKING:
    from rich.console import Console

    from app.company_files import CompanyFiles
    from app.file_versions import Version

app = typer.Typer(help="The company's own files and their versions.", no_args_is_help=True, rich_markup_mode=None)
Name = Annotated[str, typer.Argument(help=f"One of: {', '.join(BY_NAME)}.", metavar="NAME")]


@app.command("list")
def list_files(as_json: Json = False) -> None:
    """List the files there are, with the version in place of each.

    Example: plumbline files list
    """
    from app.access import OPERATOR

    with _company_files(as_json) as files:
        newest = {each.name: each for each in reversed(files.versions(OPERATOR))}
        strangers = files.strangers()
    found = [
        {"name": schema.name, "says": schema.says, "columns": list(schema.header), "writers": list(schema.writers),
         "in_place": _payload(newest[schema.name]) if schema.name in newest else None}
        for schema in FILES
    ]  # fmt: skip
    answer({"files": found, "not_read": list(strangers)}, as_json,
           lambda console: _draw_list(newest, strangers, console))  # fmt: skip


@app.command()
def history(name: Name, as_json: Json = False) -> None:
    """List a file's versions, the one in place first.

    Example: plumbline files history budget
    """
    from app.access import OPERATOR

    _known(name)
    with _company_files(as_json) as files:
        versions = files.versions(OPERATOR, name)
    answer({"name": name, "versions": [_payload(version) for version in versions]}, as_json,
           lambda console: _draw(versions, console))  # fmt: skip


@app.command()
def restore(
    name: Name,
    version: Annotated[int, typer.Argument(help="Number of the version.", metavar="VERSION")],
    as_json: Json = False,
) -> None:
    """Put an earlier version in place again; the next load takes it.

    Example: plumbline files restore budget 3
    """
    from app.access import OPERATOR

    _known(name)
    with _company_files(as_json) as files:
        placed = files.bring_back(OPERATOR, name, version)
    said = f"Version {placed.version} of {name} is in place. The next load takes it: `plumbline run keep_fresh`."
    answer(_payload(placed), as_json, lambda console: console.print(said, markup=False))


@app.command("check")
def check_file(
    path: Annotated[Path, typer.Argument(help="A CSV file or workbook.", metavar="PATH")],
    name: Annotated[
        str | None, typer.Option("--as", help="Which file it is. Default: guessed from its name.", metavar="NAME")
    ] = None,
    as_json: Json = False,
) -> None:
    """Check a file against its schema; changes nothing. 1 where something is wrong with it.

    Example: plumbline files check ~/Downloads/Budget.xlsx --as budget
    """
    from app.files.check import check
    from app.files.folder import read_steady
    from app.files.problems import Unreadable

    schema = BY_NAME[_known(name)] if name else guess(path.name)
    if schema is None:
        raise UsageError(f"{path.name} is called like none of the files. Expected one of: {', '.join(BY_NAME)}. Say "
                         "which it is: --as NAME.")  # fmt: skip
    try:
        found = check(path.name, read_steady(path), schema)
    except Unreadable as stopped:
        raise FileError(str(stopped)) from None
    problems = [{"line": each.line or None, "cell": each.cell or None, "column": each.column or None,
                 "message": str(each)} for each in found.problems]  # fmt: skip
    payload = {"ok": found.is_good, "name": schema.name, "rows": len(found.rows) if found.is_good else None,
               "problems": problems, "has_more": found.has_more}  # fmt: skip
    good = f"{path.name}: {counted(len(found.rows), 'row')} of {schema.name}."
    said = "\n".join(str(each) for each in found.problems) or good
    answer(payload, as_json, lambda console: console.print(said, markup=False))
    if not found.is_good:
        raise typer.Exit(FellShort.exit_code)


@contextmanager
def _company_files(as_json: bool) -> Iterator[CompanyFiles]:
    """The files of this home; its warehouse runs for the duration."""
    with chatter_on_stderr(as_json):
        from app.company_files import CompanyFiles
        from app.connections import Connections
        from pipelines.services import running

        settings = get_settings()
        with running(settings, "warehouse"):
            connections = Connections(settings)
            try:
                yield CompanyFiles(connections, settings)
            finally:
                connections.close()


def _known(name: str) -> str:
    if name not in BY_NAME:
        raise UsageError(f"No file is called {name!r}. Expected one of: {', '.join(BY_NAME)}.")
    return name


def _payload(version: Version) -> dict[str, Any]:
    return {
        "name": version.name, "version": version.version, "format": version.format, "state": version.state,
        "row_count": version.row_count, "byte_count": version.byte_count, "sha256": version.sha256,
        "came_from": version.came_from, "kept_by": version.kept_by, "kept_at": version.kept_at,
        "placed_by": version.placed_by, "placed_at": version.placed_at, "loaded_at": version.loaded_at,
        "refusal": version.refusal,
    }  # fmt: skip


def _draw_list(newest: dict[str, Version], strangers: Sequence[str], console: Console) -> None:
    _draw([newest[schema.name] for schema in FILES if schema.name in newest], console)
    never = [schema.name for schema in FILES if schema.name not in newest]
    if never:
        console.print(f"Never loaded: {', '.join(never)}.", markup=False)
    if strangers:
        console.print(f"In the folder, called like none of ours and so not read: {', '.join(strangers)}.", markup=False)


def _draw(versions: Sequence[Version], console: Console) -> None:
    from rich.markup import escape
    from rich.table import Table

    if not versions:
        console.print("No version yet.")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("file", "version", "state", "rows", "by", "put in place (UTC)"):
        table.add_column(column, overflow="fold")
    for each in versions:
        rows = "n/a" if each.row_count is None else str(each.row_count)
        table.add_row(f"{each.name}.{each.format}", str(each.version), each.state, rows, escape(each.placed_by),
                      f"{each.placed_at:%Y-%m-%d %H:%M}")  # fmt: skip
        if each.refusal and each.state == "refused":
            table.add_row("", "", escape(each.refusal))
    console.print(table, markup=False, soft_wrap=False)
