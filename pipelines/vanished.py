"""Files that were loaded once and are gone: their rows would stay for good and pass for fresh."""

from __future__ import annotations

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.errors import FileError
from app.files.folder import look
from app.secrets import warehouse_url
from app.settings import Settings

SCHEMA = "raw_files"
TABLES = text(f"select tablename from pg_tables where schemaname = '{SCHEMA}' order by tablename")


def vanished(settings: Settings) -> tuple[str, ...]:
    """The names of the files whose rows are in the warehouse and which are no longer in the folder, in order."""
    there = look(settings.files)
    present = set(there.files) | {problem.name for problem in there.problems}
    with create_engine(warehouse_url(settings, "plumbline_loader"), poolclass=NullPool).connect() as connection:
        gone = [name for name in connection.scalars(TABLES) if name not in present]
        asked = ((name, text(f'select exists (select from {SCHEMA}."{name}")')) for name in gone)
        return tuple(f"{name}.csv" for name, query in asked if connection.scalar(query))


def refuse_vanished(settings: Settings) -> None:
    """Refuses to load a folder from which a file has gone.

    Raises:
        FileError: one has; the message names all that have.
    """
    gone = vanished(settings)
    if gone:
        is_one = len(gone) == 1
        raise FileError(
            f"{', '.join(gone)} {'was' if is_one else 'were'} loaded before and {'is' if is_one else 'are'} no longer "
            f"in {settings.files}; the rows of then are kept. Expected the file{'' if is_one else 's'} to stay. Put "
            f"{'it' if is_one else 'them'} back; to do without the rows, load once with the header line alone."
        )
