"""Which rows break an invariant: who is paged at night should read the currency or the customer, not a count."""

from __future__ import annotations

from itertools import islice

from sqlalchemy import Row, create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

SHOWN = 3
COLUMNS = 6
"""So much of a row tells which one it is; amounts that only repeat it come last."""
PATIENCE_MS = 20_000


def breaking_rows(builder: URL, query: str) -> str:
    """The first rows that an invariant's own query finds, in words.

    Args:
        builder: the warehouse, as the login that owns what was built.
        query: the invariant, compiled: it selects what must not be there.

    Returns:
        `currency eur; currency jpy`, at most three rows; empty where they cannot be had: that they are lacking must
        not hide that the invariant does not hold.
    """
    engine = create_engine(builder, poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.execute(text("set transaction read only"))
            connection.execute(text(f"set local statement_timeout = {PATIENCE_MS}"))
            found = connection.exec_driver_sql(query.strip().rstrip(";").replace("%", "%%"))
            return "; ".join(_in_words(row) for row in islice(found, SHOWN))
    except DBAPIError:
        return ""


def _in_words(row: Row[tuple[object, ...]]) -> str:
    told = [f"{name} {'not known' if value is None else value}" for name, value in row._mapping.items()]
    return ", ".join(told[:COLUMNS])
