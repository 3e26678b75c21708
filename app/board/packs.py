"""Freezing figures under a name, reading them as they were frozen, and what has changed since and why."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any
from unicodedata import normalize
from uuid import uuid4

from sqlalchemy import Connection

from app.access import OPERATOR, Viewer
from app.answers import Answer
from app.audited import AuditedReads
from app.board import store
from app.board.figures import Figure, declared, named
from app.board.opened import OpenedPack, opened
from app.board.store import Frozen, Pack
from app.clock import wall
from app.connections import Connections
from app.errors import NotBuilt, NotPermitted, PlumblineError, SealKeyMissing, UsageError, WarehouseDown
from app.manner import current
from app.metrics import Metric, Question
from app.receipts.desk import Desk
from app.receipts.seal import Sealer
from app.secrets import PORTAL
from app.written import is_line, tidied

FREEZERS = ("executive", "finance")
"""The roles that may freeze a pack."""
MOST_TRIES = 5
LONGEST_NAME = 80


@dataclass(frozen=True)
class Asks:
    """How figures are asked for, where their receipts are, and what signs a pack."""

    answer: Callable[[Viewer, Question, datetime], Answer]
    receipts: Desk
    sealer: Callable[[], Sealer]


class Board:
    """Keeps board packs, for one viewer at a time, as the portal's login; every act leaves a row in the audit."""

    def __init__(
        self, connections: Connections, reads: AuditedReads, metrics: Mapping[str, Metric], asks: Asks
    ) -> None:
        self._connections, self._reads, self._metrics, self._asks = connections, reads, metrics, asks

    def packs(self) -> tuple[Pack, ...]:
        """All there are, newest first."""
        with self._connections.ask(PORTAL) as connection:
            return store.packs(connection)

    def pack(self, name: str) -> Pack:
        """The pack of that name, whatever its capitals and blanks.

        Raises:
            UsageError: there is none.
        """
        found = self.packs()
        for pack in found:
            if _same_name(pack.name, name):
                return pack
        names = ", ".join(repr(pack.name) for pack in found[:10]) or "none yet: `plumbline board freeze NAME` makes one"
        raise UsageError(f"No board pack is called {name!r}. Expected one of: {names}.")

    def freeze(
        self, viewer: Viewer, name: str, month: date, *, as_of: datetime, note: str = "", figures: Iterable[str] = ()
    ) -> Pack:
        """Freezes a month's figures under a name, all of one build.

        Args:
            viewer: who freezes.
            name: by which people will call it; no two packs share one.
            month: any day of a month that is over.
            as_of: the business instant, in the reporting time zone.
            note: what it is for, in words.
            figures: as people type them (`net_mrr:product`); those of models/board_pack.yml where none is named.

        Raises:
            NotPermitted: the viewer may not freeze, or not see one of the figures.
            UsageError: the name is taken or none, the month is not over, by the clock or in what was built, nothing is
                known of it, or a figure is unknown or none is named.
            NotBuilt: nothing has been built yet.
        """
        self._refuse(viewer, name, month, as_of)
        texts = tuple(figures)
        wanted = named(texts, self._metrics) if texts else declared(self._metrics)
        if not wanted:
            raise UsageError("A board pack needs figures. Found none in models/board_pack.yml; expected at least one.")
        first = month.replace(day=1)
        receipts = self._of_one_build(viewer, wanted, first, as_of)
        frozen = [Frozen(at, figure, receipt) for at, (figure, receipt) in enumerate(receipts, 1)]
        pack = Pack(uuid4(), tidy(name), first, note.strip()[:500], viewer.email, wall(), as_of, "")
        with self._connections.open(PORTAL) as connection:
            signed = self._asks.sealer().sign(self._said(connection, pack, frozen))
            pack = replace(pack, fingerprint=signed)
            if not store.put(connection, pack, frozen):
                raise _taken(name)
        self._reads.note(viewer, "freeze board pack", pack=pack.name, month=f"{first:%Y-%m}")
        return pack

    def open(self, viewer: Viewer, pack: Pack) -> OpenedPack:
        """A pack as it was frozen, figure by figure; what the viewer may not see is there without its value."""
        with self._connections.open(PORTAL) as connection:
            frozen, compared = store.figures(connection, pack), store.comparisons(connection, pack)
            is_whole = self._asks.sealer().is_signed(self._said(connection, pack, frozen), pack.fingerprint)
            built_at = store.built_at(connection)
        self._reads.note(viewer, "open board pack", pack=pack.name)
        figures = tuple(
            opened(self._asks.receipts, viewer, one, compared.get(one.position), self._metrics) for one in frozen
        )
        return OpenedPack(pack, figures, is_whole, built_at)

    def compare(self, viewer: Viewer, pack: Pack) -> OpenedPack:
        """Asks each figure that the viewer may see again, notes how it compares, and opens the pack."""
        with self._connections.open(PORTAL) as connection:
            frozen = store.figures(connection, pack)
        for one in frozen:
            try:
                verdict = self._asks.receipts.check(viewer, one.receipt_id)
            except (NotPermitted, NotBuilt, SealKeyMissing):  # `open` says which, and why
                continue
            with self._connections.open(PORTAL) as connection:
                store.put_comparison(connection, pack, one.position, verdict, wall())
        return self.open(viewer, pack)

    def _refuse(self, viewer: Viewer, name: str, month: date, as_of: datetime) -> None:
        if viewer != OPERATOR and not set(FREEZERS) & set(viewer.roles):
            self._reads.note(viewer, "freeze board pack", "refused", pack=name)
            raise NotPermitted(
                f"A board pack is frozen by the roles {' and '.join(FREEZERS)}. Found: "
                f"{', '.join(viewer.roles) or 'no role'}. Ask one of them."
            )
        if not is_line(normalize("NFC", tidied(name)), LONGEST_NAME):
            raise UsageError(
                f"A board pack needs a name of 1 to {LONGEST_NAME} letters. Found {name!r}. Take the meeting it is "
                "for, such as 'Board Q3 2026'."
            )
        today = as_of.date()
        if month.replace(day=1) >= today.replace(day=1):
            said = current().day_and_year(today, is_long=True)
            raise UsageError(
                f"{month:%B %Y} is not over: as of {said} its figures are a part. Expected a month before "
                f"{today:%B %Y}."
            )
        if any(_same_name(pack.name, name) for pack in self.packs()):
            raise _taken(name)

    def _of_one_build(
        self, viewer: Viewer, figures: Sequence[Figure], month: date, as_of: datetime
    ) -> list[tuple[Figure, str]]:
        """Each figure's receipt; asked again as a whole where a build ended between two of them."""
        for _ in range(MOST_TRIES):
            found, builds, is_known = [], set(), False
            for figure in figures:
                question = Question(figure.metric, by=figure.by, since=month, until=month)
                answer = self._asks.answer(viewer, question, as_of)
                receipt, is_known = answer.receipt, is_known or bool(answer.rows)
                if receipt is None:
                    raise NotBuilt("Nothing has been built yet. Run `plumbline run refresh` first.")
                found.append((figure, receipt))
                build = self._asks.receipts.show(viewer, receipt).stored.receipt.build
                _refuse_part(month, build, as_of.tzinfo)
                builds.add(str(build))
            if not is_known:
                self._refuse_unknown(viewer, figures, month, as_of)
            if len(builds) == 1:
                return found
        raise WarehouseDown(
            f"The figures were read {MOST_TRIES} times, and each time a build ended meanwhile. Expected figures of one "
            "build. Try again in a moment."
        )

    def _refuse_unknown(self, viewer: Viewer, figures: Sequence[Figure], month: date, as_of: datetime) -> None:
        """Refuses a month of which no figure has a row, with the first and the last of which one has."""
        asked = [self._asks.answer(viewer, Question(one.metric), as_of) for one in figures]
        months = [row[0] for answer in asked for row in answer.rows if isinstance(row[0], date)]
        there = f"one from {min(months):%B %Y} to {max(months):%B %Y}" if months else "one after the first load"
        raise UsageError(f"Nothing is known of {month:%B %Y}: each figure would be frozen as n/a. Expected {there}.")

    def _said(self, connection: Connection, pack: Pack, frozen: Sequence[Frozen]) -> dict[str, Any]:
        """All that a pack says, each figure by its receipt and the seal on it."""
        seals = store.seals(connection, [one.receipt_id for one in frozen])
        figures = [[one.position, one.figure.metric, one.figure.by, one.receipt_id, seals.get(one.receipt_id)]
                   for one in frozen]  # fmt: skip
        return {**vars(replace(pack, fingerprint="")), "figures": figures}


def tidy(name: str) -> str:
    """A name with single blanks and each letter as one sign, so that what looks the same is the same."""
    return " ".join(normalize("NFC", name).split())


def _same_name(one: str, other: str) -> bool:
    return tidy(one).casefold() == tidy(other).casefold()


def _refuse_part(month: date, build: Mapping[str, Any], zone: tzinfo | None) -> None:
    """A month may be over by the clock and not in the warehouse, where no build has ended since."""
    until = datetime.fromisoformat(str(build["as_of"])).astimezone(zone)
    if until.date().replace(day=1) <= month:
        raise UsageError(
            f"{month:%B %Y} is over, but not in the warehouse: its newest build speaks about "
            f"{current().instant(until, is_long=True)}. Expected a build after the month's end. Run `plumbline run "
            "refresh`, then freeze."
        )


def _taken(name: str) -> PlumblineError:
    return UsageError(
        f"There is a board pack called {tidy(name)!r} already, and a pack never changes. Choose another name."
    )
