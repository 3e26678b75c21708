"""Reads the sandbox company's store. Bodies are finished JSON and leave it as they came in: bytes.

The store is read-only here; the company replaces or extends it when its time moves.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.errors import DependencyMissing

Comparison = tuple[str, str, int | str]
"""Column, operator and value of one condition; the operator is one of OPERATORS."""

OPERATORS = frozenset({"=", "<>", "<", "<=", ">", ">=", "glob"})


@dataclass(frozen=True)
class Page:
    """One page of a listing, in the vendor's order, newest first."""

    bodies: Sequence[bytes]
    has_more: bool


class Catalogue:
    """The store of one home, opened when first asked and again when the file was replaced.

    Args:
        store: path of vendors.db.
        clock: path of the company's clock.
    """

    def __init__(self, store: Path, clock: Path) -> None:
        self._store = store
        self._clock = clock
        self._connection: sqlite3.Connection | None = None
        self._inode = 0
        self._families: dict[tuple[str, str, str], tuple[tuple[int, int], Mapping[str, list[str]]]] = {}

    def now(self) -> int:
        """The company's now, in epoch seconds."""
        return int(datetime.fromisoformat(self._clock.read_text().strip()).timestamp())

    def one(self, vendor: str, kind: str, key: str) -> tuple[bytes, bool] | None:
        """The body of one object and whether it was deleted; None if there never was one."""
        row = self._query(
            "select cast(body as blob), deleted from object where vendor = ? and kind = ? and id = ?",
            (vendor, kind, key),
        ).fetchone()
        return (row[0], bool(row[1])) if row else None

    def page(
        self, vendor: str, kind: str, conditions: Sequence[Comparison], limit: int, after: str | None
    ) -> Page | None:
        """A page of objects that live, newest first; None when `after` names none.

        A condition's column is `created`, `updated`, or a path into the body such as `$.customer`.
        """
        where, values = _where(conditions)
        return self._page(
            f"from object where vendor = ? and kind = ? and deleted = 0 {where}",
            (vendor, kind, *values), limit,
            ("select created, id from object where vendor = ? and kind = ? and id = ?", (vendor, kind, after))
            if after else None,
        )

    def events(self, conditions: Sequence[Comparison], limit: int, after: str | None) -> Page | None:
        """A page of Stripe events, newest first; None when `after` names none."""
        where, values = _where(conditions)
        return self._page(
            f"from event where vendor = 'stripe' {where}",
            tuple(values), limit,
            ("select created, id from event where vendor = 'stripe' and id = ?", (after,)) if after else None,
        )

    def children(self, vendor: str, kind: str, path: str, parents: Sequence[str]) -> Mapping[str, list[bytes]]:
        """The living objects whose body names one of the parents at `path`, newest first, by parent."""
        family = self._family(vendor, kind, path)
        found: dict[str, list[bytes]] = {}
        for parent in parents:
            bodies = [self.one(vendor, kind, key) for key in family.get(parent, ())]
            found[parent] = [body[0] for body in bodies if body is not None]
        return found

    def _family(self, vendor: str, kind: str, path: str) -> Mapping[str, list[str]]:
        """The ids of all living objects of a kind by their parent, worked out once until the store changes."""
        version = self._query("pragma data_version", ()).fetchone()[0], self._inode
        key = (vendor, kind, path)
        if key not in self._families or self._families[key][0] != version:
            rows = self._query(
                "select json_extract(cast(body as text), ?), id from object where vendor = ? and kind = ? "
                "and deleted = 0 order by created desc, id desc",
                (path, vendor, kind),
            )
            family: dict[str, list[str]] = {}
            for parent, child in rows:
                family.setdefault(parent, []).append(child)
            self._families[key] = (version, family)
        return self._families[key][1]

    def following(self, vendor: str, kind: str, after: str, limit: int) -> Sequence[bytes]:
        """The living objects whose id comes after one, in the order of their ids; a text, compared as such."""
        rows = self._query(
            "select cast(body as blob) from object where vendor = ? and kind = ? and deleted = 0 and id > ? "
            "order by id limit ?",
            (vendor, kind, after, limit),
        )
        return [row[0] for row in rows]

    def ordered(self, vendor: str, kind: str) -> Sequence[tuple[bytes, bool]]:
        """Every object of a kind, deleted ones too, oldest change first."""
        rows = self._query(
            "select cast(body as blob), deleted from object where vendor = ? and kind = ? order by updated, seq, id",
            (vendor, kind),
        )
        return [(body, bool(deleted)) for body, deleted in rows]

    def since(
        self, vendor: str, kind: str, place: tuple[int, str], until: int, limit: int
    ) -> Sequence[tuple[int, str, bytes]]:
        """Objects of a kind that changed after a place (an instant and an id) and not after an instant, oldest change
        first: each with the instant of its change and its id.
        """
        return self._query(
            "select updated, id, cast(body as blob) from object where vendor = ? and kind = ? "
            "and updated >= ? and (updated, id) > (?, ?) and updated <= ? order by updated, id limit ?",
            (vendor, kind, place[0], *place, until, limit),
        ).fetchall()

    def kinds(self, vendor: str) -> Sequence[str]:
        """The kinds that this vendor has objects of, by name."""
        return [row[0] for row in self._query("select distinct kind from object where vendor = ?", (vendor,))]

    def _page(
        self, source: str, values: tuple[object, ...], limit: int, cursor: tuple[str, tuple[object, ...]] | None
    ) -> Page | None:
        beyond: tuple[object, ...] = ()
        if cursor:
            place = self._query(*cursor).fetchone()
            if place is None:
                return None
            source += " and (created, id) < (?, ?)"
            beyond = tuple(place)
        rows = self._query(
            f"select cast(body as blob) {source} order by created desc, id desc limit ?", (*values, *beyond, limit + 1)
        ).fetchall()
        return Page([row[0] for row in rows[:limit]], len(rows) > limit)

    def _query(self, sql: str, values: Sequence[object]) -> sqlite3.Cursor:
        return self._open().execute(sql, values)

    def _open(self) -> sqlite3.Connection:
        try:
            inode = os.stat(self._store).st_ino
        except FileNotFoundError:
            raise DependencyMissing(
                f"The sandbox company has no store: {self._store} is missing. Expected the file that its birth "
                "writes. Run `plumbline up`."
            ) from None
        if self._connection is None or inode != self._inode:
            self.close()
            self._connection = sqlite3.connect(f"file:{self._store}?mode=ro", uri=True, check_same_thread=False)
            self._connection.execute("pragma mmap_size = 1073741824")
            self._inode = inode
        return self._connection

    def close(self) -> None:
        """Lets go of the file."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _where(conditions: Sequence[Comparison]) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    for column, operator, value in conditions:
        if operator not in OPERATORS:
            raise ValueError(f"no operator {operator!r}")
        if column.startswith("$"):
            parts.append(f"and json_extract(cast(body as text), ?) {operator} ?")
            values.append(column)
        else:
            parts.append(f"and {column} {operator} ?")
        values.append(value)
    return " ".join(parts), values
