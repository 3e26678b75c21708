"""The small company at all its sources at once, living on from load to load; what was loaded against its own books."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.secrets import production_url
from pipelines import loading as asked_for
from pipelines.job import Run
from pipelines.load import Loaded, configured_sources, load_sources
from pipelines.ports import port_of
from pipelines.sandbox import production
from pipelines.sandbox.birth import write_files
from pipelines.sandbox.claims_file import claim_rows
from pipelines.sandbox.company import Company, simulate
from pipelines.sandbox.company.book import Book
from pipelines.sandbox.company.streams import STREAMS, control
from pipelines.sandbox.company.times import DAY
from pipelines.sandbox.store import write_store
from pipelines.sources import all_sources
from pipelines.verify_streams import Sums, expected, held
from tests.load.conftest import House

SEED = 20240101
VENDORS = (
    "amplitude", "facebook", "ga4", "google_ads", "hubspot", "mixpanel", "salesforce", "sendgrid", "stripe", "zendesk",
)  # fmt: skip
SOURCES = (*VENDORS, "production", "files")
CONTROL = "/_sandbox/faults"
INSIGHTS_SINCE = "2026-10-01"
"""The first day of Facebook's reports that are loaded here, a month before the day its tap is told."""


class WholeCompany:
    """The company in the place of the house's tiny one.

    Args:
        house: whose vendors, production database and folder of files show it.
        born: the instant that it begins at, in epoch seconds.
    """

    def __init__(self, house: House, born: int) -> None:
        self.house = house
        self.settings = house.settings
        self.until = born
        self.books: Mapping[str, Sums] = {}
        self._vendors = httpx.Client(base_url=f"http://127.0.0.1:{port_of(self.settings, 'vendors_http')}", timeout=60)
        self._newest: tuple[int, Company] | None = None
        house.store.connection.execute("delete from object")
        house.store.connection.execute("delete from event")
        house.store.save()
        house.settings.files.mkdir(exist_ok=True)
        self.live_on(0)

    def live_on(self, seconds: int = DAY) -> None:
        """So long later: all sources show it, and the books are as of then."""
        company = self.grown(seconds)
        write_store(self.settings, company.book)
        write_files(self.settings.files, company.files)
        production.seed(self.settings)

    def grown(self, seconds: int) -> Company:
        """The company so long later; its clock and its books say so, its sources do not show it yet."""
        self.until += seconds
        if self._newest is None or self._newest[0] != self.until:
            self._newest = (self.until, simulate(SEED, "small", self.until))
        company = self._newest[1]
        now = datetime.fromtimestamp(self.until, UTC)
        company.files["claims"] = claim_rows(company, now, now.astimezone(self.settings.timezone).date())
        self.house.store.move_to(now)
        shown = replace(company, book=Book({
            key: one for key, one in company.book.objects.items()
            if key[:2] != ("facebook", "insight") or one.body["date_start"] >= INSIGHTS_SINCE
        }))  # fmt: skip
        self.books = expected([control(shown, told) for told in STREAMS])
        return company

    def touch_production(self) -> None:
        """Some of production's orders are written once more, as they are: there is something to read."""
        with create_engine(production_url(self.settings), poolclass=NullPool).begin() as connection:
            connection.execute(text("update orders set id = id where id in (select id from orders limit 50)"))

    def show(self, company: Company, vendor: str) -> None:
        """One vendor alone shows the company as it is by now."""
        objects = {key: one for key, one in company.book.objects.items() if one.vendor == vendor}
        write_store(self.settings, Book(objects, company.book.events if vendor == "stripe" else []))

    def load(
        self, sources: Collection[str], *, lanes: int, retries: int, ahead: timedelta = timedelta(0),
        minutes: float = 60.0,
    ) -> Loaded:
        """A load of these sources.

        Args:
            sources: their names.
            lanes: how many runs of Meltano go side by side.
            retries: how often whoever fails is tried again.
            ahead: by how much the machine's clock is ahead of the vendors'.
            minutes: after so long a run of Meltano is ended.
        """
        run = self.house.run(retries)
        settings = run.settings.model_copy(update={"loads_side_by_side": lanes, "load_minutes": minutes})
        moved = Run(run.run_id, run.as_of + ahead, settings, run.job)
        return load_sources(moved, [one for one in configured_sources(settings) if one.name in sources])

    def load_asked(self, *sources: str) -> asked_for.LoadOutcome:
        """A load of these sources, or of all, that the engineer asks for: what was set aside is tried again."""
        return asked_for.load_now(
            self.house.run(1), sources, is_full=False, since=None, anew=False, say=lambda said: None
        )

    def ask_taps_anew(self) -> None:
        """As after an hour: what Meltano keeps of the taps' discoveries is old."""
        for mark in (self.settings.home / "meltano" / "run").glob("*/tap.properties.cache_key"):
            mark.unlink()

    def differences(self) -> dict[str, dict[str, tuple[Sums | None, Sums]]]:
        """By source, the streams that differ: what is held, and what the books say."""
        found = held(self.settings)
        result: dict[str, dict[str, tuple[Sums | None, Sums]]] = {name: {} for name in SOURCES}
        for name, sums in self.books.items():
            if found.get(name) != sums:
                result[name.partition(".")[0]][name] = (found.get(name), sums)
        return result

    def set_faults(self, faults: list[dict[str, object]]) -> None:
        """Faults of several vendors at once, in the place of theirs before."""
        self._vendors.post(CONTROL, json=faults).raise_for_status()

    def end_faults(self, vendor: str | None = None) -> None:
        """Of one vendor or of all; whoever is held gets an answer."""
        self._vendors.delete(CONTROL, params={"vendor": vendor} if vendor else {}).raise_for_status()

    def struck(self) -> dict[str, list[str]]:
        """The faults that each vendor's requests have met, since they were set."""
        found: dict[str, list[str]] = self._vendors.get(CONTROL).raise_for_status().json()["struck"]
        return found

    def close(self) -> None:
        """Nobody asks the vendors' control address any more."""
        self._vendors.close()


def extractors(source: str) -> tuple[str, ...]:
    """The names of a source's taps in meltano.yml."""
    return all_sources()[source].extractors
