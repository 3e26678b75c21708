"""A kept query as a picture: its chart, or its first rows; run as a role of whoever reads it, with all its limits."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import Any

from app.elements import KeptQuery
from app.errors import NotPermitted, PlumblineError
from app.manner import parted
from app.sql.queries import Query
from app.sql.room import Result
from app.sql.run import Found
from app.ui.format import MISSING, number
from app.ui.panels.frame import Picture, empty
from app.ui.panels.sql_chart import Undrawable, spec
from app.ui.reading import Reading, read_at
from app.ui.sql_words import decimals, fits, shown
from app.ui.tables import Column, table, way

CARD_SECONDS = 10.0
"""So long a query of a dashboard may take: six of them make a page that still comes."""
FIRST = 12
MOST_KEPT = 20_000
"""So many rows of a visit's results are kept, so that a click elsewhere on the page runs nothing again."""
RESULTS = "sql_results"
NOT_A_READER = "SQL is read by analysts and engineers, and is not in your role."
NOT_SHARED = "This query is not shared with you. Whoever wrote it can share it with a role of yours."


def make(reading: Reading, panel: KeptQuery) -> Picture:
    """Opens the query with the reader's rights, runs it as a role of theirs, and draws it; else it says why not."""
    if not reading.warehouse.sql.roles_of(reading.viewer):
        return empty(panel.name, NOT_A_READER)
    try:
        query = reading.warehouse.sql.queries.open(reading.viewer, panel.query_id)
    except NotPermitted:
        return empty(panel.name, NOT_SHARED)
    try:
        result = ran(reading, query, query.parameters, CARD_SECONDS)
    except PlumblineError as error:
        return empty(query.title, str(error))
    made = drawn(query, result, is_past=reading.is_past)
    if reading.kept is None:
        on = way("Open it on the page SQL", f"/sql?query={query.query_id}")
        return replace(made, html=f'{made.html}<p class="pl-more">{on}</p>')
    reading.kept.found.append((query.title, result.found))
    return made


def drawn(query: Query, result: Result, *, is_past: bool = False) -> Picture:
    """A result as its chart, where it has one that says what its rows say; else as a table.

    Args:
        query: what was run.
        result: its rows.
        is_past: whether the page speaks of an earlier month, which a statement does not heed.
    """
    found, corner = result.found, f"SQL, as {result.role}{', as of now' if is_past else ''}"
    chart, why = query.chart, ""
    if chart and chart.x in found.names and chart.y in found.names:
        try:
            made, title, alt = spec(found, chart)
            return Picture(title, f"{query.title}. {counted_of(found)}", corner, spec=made, alt=alt)
        except Undrawable as error:
            why = f'<p class="pl-more">{error}</p>'
    return Picture(query.title, counted_of(found), corner, html=why + rows_html(query.title, found))


def counted_of(found: Found) -> str:
    """Such as "The first 12 of 340 rows" of a table that shows some of them."""
    count = f"{parted(len(found.rows))} row{'' if len(found.rows) == 1 else 's'}"
    return found.more.removesuffix(".") if found.more else count


def rows_html(title: str, found: Found) -> str:
    """The first rows, numbers at the right and exact; that there are more is said."""
    columns = [Column(name, kind == "number") for name, kind in zip(found.names, found.kinds, strict=True)]
    as_text = [written([row[at] for row in found.rows[:FIRST]], kind) for at, kind in enumerate(found.kinds)]
    body = list(zip(*as_text, strict=True))
    left = len(found.rows) - FIRST
    more = f'<p class="pl-more">{parted(left)} more.</p>' if left > 0 else ""
    return table(columns, body, caption=title) + more if body else '<p class="pl-empty">It has no rows.</p>'


def written(values: Sequence[Any], kind: str) -> list[str]:
    """The cells of a column; its numbers have the same decimals where that loses nothing of them."""
    if kind == "number" and fits(values):
        places = decimals(values)
        return [MISSING if value is None else number(float(value), places) for value in values]
    return [MISSING if value is None else str(shown(value)) for value in values]


def ran(reading: Reading, query: Query, given: Mapping[str, tuple[str, str]], seconds: float) -> Result:
    """A query's rows, read once for each visit, version, parameters and build; never another person's.

    Raises:
        StatementError, NotPermitted, WarehouseDown: as the database said.
    """
    roles = reading.warehouse.sql.roles_of(reading.viewer)
    role = query.role if query.role in roles else roles[0]
    state = reading.warehouse.progress.state()
    now = read_at(reading.clock or reading.as_of, state.data_until)
    wanted = (reading.viewer.email, query.query_id, query.version, role, tuple(sorted(given.items())), state.build_id)
    known: MutableMapping[Any, Result] = reading.visit.setdefault(RESULTS, {})
    if wanted in known:
        return known[wanted]
    result = reading.warehouse.sql.run_in_turn(reading.viewer, role, query.text, given, now, seconds)
    known[wanted] = result
    while len(known) > 1 and sum(len(each.found.rows) for each in known.values()) > MOST_KEPT:
        known.pop(next(iter(known)))
    return result
