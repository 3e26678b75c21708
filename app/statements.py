"""Statements as texts that can be read and run by hand, and such a text as a statement again."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import Select, TextClause, text
from sqlalchemy.dialects import postgresql


def written_out(statement: Select[Any]) -> str:
    """The statement with its values written out, as Postgres takes it."""
    dialect = postgresql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]  # no percent sign is doubled
    dialect._backslash_escapes = False  # our servers have standard_conforming_strings: a backslash is a backslash
    return str(statement.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace(" \n", "\n")


def read_back(sql: str) -> TextClause:
    """The statement of such a text; no colon in it stands for a parameter."""
    return text(re.sub(r":(?=\w)", r"\\:", sql))
