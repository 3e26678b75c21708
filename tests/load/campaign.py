"""The campaign: loads of the sources, a fault at each, the company living on between; and what was found of each pair.

A pair is a fault and a source. It has struck only where its traces are seen: the vendor answered so, the load of that
source failed, the process that was killed was there. It is judged when a later load of the source has gone well: by
the streams that then differ from the company's books. What is not to be struck by a fault is not loaded with it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from time import monotonic
from typing import Any

from pipelines.load import Loaded
from pipelines.loading import LoadOutcome
from pipelines.postgres import Cluster
from pipelines.postmaster import named_in
from pipelines.sandbox.company.times import DAY
from tests.load.caught import Role, caught, in_background, kill, locked, until
from tests.load.whole_company import SOURCES, VENDORS, WholeCompany

Pair = tuple[str, str]
"""A fault and a source."""

SIDE_BY_SIDE = 14
"""As many runs of Meltano as there are taps: each is alone with what happens to it."""
FEW = 3
"""Runs that share Meltano's start among several taps, where little is to be tried again."""
SECONDS_MORE = 20
"""What a load that is to time out has beyond what the longest one took before it, or its runs may take."""
SECONDS_A_RUN = 10
"""What one more may take side by side with the others, on two processors."""
TRIES = 5
"""As often as a source is tried again where a vendor fails in several ways, one after another."""
IN_FIRST = {
    "amplitude": 120, "facebook": 70, "ga4": 10, "google_ads": 6, "hubspot": 90, "mixpanel": 4, "salesforce": 16,
    "sendgrid": 35, "stripe": 60, "zendesk": 4,
}  # fmt: skip
"""After how many requests a first load of each vendor is in its middle."""
IN_INCREMENT = {
    "amplitude": 1, "facebook": 40, "ga4": 2, "google_ads": 2, "hubspot": 30, "mixpanel": 1, "salesforce": 3,
    "sendgrid": 9, "stripe": 10, "zendesk": 3,
}  # fmt: skip
"""The same for a load of what is new."""
LOCKED = {"files": "raw_files.exchange_rates", "production": "raw_production.orders"}
"""A raw table that is neither the first nor the last to be written."""


@dataclass(frozen=True)
class Outcome:
    """What was found of a pair: the streams that differed when it was judged, and why a load of it still failed."""

    differences: Mapping[str, Any]
    failed: str | None


@dataclass
class Campaign:
    """Runs the loads and keeps what was found.

    Attributes:
        company: whose loads.
        pairs: what is to strike, and where.
        found: by pair; one that is not there has not struck.
        took: how many seconds the loads took in which sources were caught side by side.
    """

    company: WholeCompany
    pairs: Collection[Pair]
    found: dict[Pair, Outcome] = field(default_factory=dict)
    took: list[float] = field(default_factory=list)
    _open: set[Pair] = field(default_factory=set)

    @property
    def sources(self) -> tuple[str, ...]:
        """All that are struck by any fault."""
        return tuple(source for source in SOURCES if any(pair[1] == source for pair in self.pairs))

    @property
    def waiting(self) -> tuple[str, ...]:
        """The sources that have been struck since they were last judged."""
        return tuple(source for source in SOURCES if any(pair[1] == source for pair in self._open))

    def at(self, *faults: str) -> tuple[str, ...]:
        """The sources that are to be struck by any of these faults."""
        return tuple(source for source in SOURCES if any((fault, source) in self.pairs for fault in faults))

    def vendors(self, fault: str, after: Mapping[str, int]) -> Mapping[str, int]:
        """After how many requests each vendor is to be struck by the fault."""
        return {source: after[source] for source in self.at(fault) if source in VENDORS}

    def struck(self, fault: str, source: str) -> None:
        """The pair's traces were seen; it is judged at the next judgement."""
        self._open.add((fault, source))

    def judge(self, loaded: Loaded | LoadOutcome, *, is_last: bool = False) -> None:
        """Judges the pairs that have struck since the last time, at the sources that this load has brought.

        Those at others are judged after the next, unless it is the last.
        """
        judged = {pair for pair in self._open if is_last or pair[1] in loaded.loaded}
        differences = self.company.differences() if judged else {}
        for pair in judged:
            before = self.found.get(pair)
            if before is None or not (before.differences or before.failed):
                self.found[pair] = Outcome(differences[pair[1]], loaded.failed.get(pair[1]))
        self._open -= judged

    def judge_again(self, fault: str) -> None:
        """What this fault left behind may only be seen by a later load: its pairs are judged then, too."""
        self._open |= {pair for pair in self.found if pair[0] == fault}

    @contextmanager
    def _timed(self) -> Iterator[None]:
        began = monotonic()
        yield
        self.took.append(monotonic() - began)

    def kill_each(self, fault: str, role: Role, after: Mapping[str, int]) -> None:
        """A load in whose middle the tap, the loader or Meltano is killed at each source; it is not tried again."""
        others = () if role == "tap" else ("files",)
        sources = tuple(source for source in self.at(fault) if source in (*VENDORS, *others))
        with self._timed(), ExitStack() as stack:
            tables = [LOCKED["files"]] if "files" in sources else []
            locks = [stack.enter_context(locked(self.company.settings, table)) for table in tables]
            dead: set[str] = set()
            with in_background(
                self.company, lambda: self.company.load(sources, lanes=SIDE_BY_SIDE, retries=0), *locks
            ) as load:
                coming = caught(self.company, self.vendors(fault, after), load)
                for lock in locks:
                    until(lambda lock=lock: lock() or load.done(), "the loader of the files waits for its table")
                    dead |= {"files"} if kill("files", role) else set()
                    lock.let_go()
                for vendor in coming:
                    dead |= {vendor} if kill(vendor, role) else set()
                    self.company.end_faults(vendor)
            for source in dead & load.result().failed.keys():
                self.struck(fault, source)

    def strike_each(self, faults: Mapping[str, Mapping[str, object]], after: Mapping[str, int]) -> None:
        """A load of all sources in which each vendor fails in all these ways, one after another, and what fails is
        tried again.
        """
        told: list[dict[str, object]] = []
        for vendor in self.at(*faults):
            if vendor in VENDORS:
                mine = [settings for fault, settings in faults.items() if (fault, vendor) in self.pairs]
                again = min(1, after[vendor] - 1)  # few answers, few between two faults
                told += [{"vendor": vendor, "times": 1, "after": again if number else after[vendor], **settings}
                         for number, settings in enumerate(mine)]  # fmt: skip
        self.company.set_faults(told)
        loaded = self.company.load(self.sources, lanes=FEW, retries=TRIES)
        for vendor, names in self.company.struck().items():
            for fault, settings in faults.items():
                if str(settings.get("status") or settings["kind"]) in names:
                    self.struck(fault, vendor)
        self.company.end_faults()
        self.judge(loaded)

    def change_pages(self, fault: str) -> None:
        """A load in whose middle every vendor gets a day older, while the taps' clock says when they began."""
        vendors = self.vendors(fault, IN_INCREMENT)
        before = self.company.until
        later = self.company.grown(DAY)
        ahead = timedelta(seconds=before - self.company.until)
        with in_background(
            self.company, lambda: self.company.load(vendors, lanes=FEW, retries=0, ahead=ahead)
        ) as load:
            for vendor in caught(self.company, vendors, load):
                self.company.show(later, vendor)
                self.company.end_faults(vendor)
                self.struck(fault, vendor)
        load.result()
        self.company.live_on(0)

    def kill_postgres(self, fault: str) -> None:
        """The warehouse dies while all sources are in the middle of a load, and is started again."""
        sources = self.at(fault)
        server = Cluster(self.company.settings, "warehouse")
        self.company.touch_production()
        with self._timed(), ExitStack() as locks:
            tables = [table for source, table in LOCKED.items() if source in sources]
            waiting = [locks.enter_context(locked(self.company.settings, table)) for table in tables]
            with in_background(
                self.company, lambda: self.company.load(sources, lanes=SIDE_BY_SIDE, retries=0), *waiting
            ) as load:
                held = list(caught(self.company, self.vendors(fault, IN_INCREMENT), load))
                for who in waiting:
                    until(who, "a source without a vendor waits for its table")
                os.kill(named_in(server.data)[0] or 0, signal.SIGKILL)
                until(lambda: not server.is_running(), "the server is dead")
                server.start()
                self.company.end_faults()
                load.exception()
        for source in {*held, *LOCKED.keys() & {*sources}} - self._went_well():
            self.struck(fault, source)

    def let_time_out(self, fault: str) -> None:
        """Each vendor holds back an answer for so long that the load is ended."""
        vendors = self.vendors(fault, IN_INCREMENT)
        seconds = max(*self.took, len(vendors) * SECONDS_A_RUN, 0) + SECONDS_MORE
        with in_background(
            self.company, lambda: self.company.load(vendors, lanes=SIDE_BY_SIDE, retries=0, minutes=seconds / 60)
        ) as load:
            held = list(caught(self.company, vendors, load))
            failed = load.result().failed
        self.company.end_faults()
        for source in {*held} & failed.keys():  # some taps give up by themselves before that
            self.struck(fault, source)

    def move_clock(self, fault: str, ahead: timedelta, *others: str) -> Loaded:
        """A load by a machine whose clock is wrong; the vendors' clocks are right, and one may refuse to be asked.

        Those are loaded with it that have been struck by the `others`.
        """
        loaded = self.company.load(self.at(fault, *others), lanes=FEW, retries=1, ahead=ahead)
        for source in {*loaded.loaded, *loaded.failed} & {*self.at(fault)}:
            self.struck(fault, source)
        return loaded

    def _went_well(self) -> set[str]:
        """The sources of the newest load that are recorded as loaded."""
        rows = self.company.house.rows(
            "select source from portal.load_run where stream = '' and result = 'ok' and run_id = ("
            "select run_id from portal.load_run order by started_at desc limit 1)"
        )
        return {str(row["source"]) for row in rows}
