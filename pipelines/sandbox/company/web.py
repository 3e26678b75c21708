"""The web site's visitors day by day, as Google Analytics counts them in the property's time zone.

One object `day` per day, `{"date", "state", "origins", "pages", "countries", "rows"}`. A row is a handful of visits
alike in all that is kept of them; its columns are COLUMNS, the first four of them places in `origins`, `pages`, DEVICES
and `countries`.

A day is restated, as at Google: `intraday` while it lasts and four hours more (the visits so far), then `processed`,
in which some paid visits have no campaign yet, and `final` 36 hours after its end. Each lead that came by the site is a
visit with a `lead`, each self-serve start one with a `signup`, on the day on which it happened.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from math import ceil
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from pipelines.sandbox.company.book import Body
from pipelines.sandbox.company.crm_bodies import NAMES
from pipelines.sandbox.company.dice import dice, share
from pipelines.sandbox.company.market import COUNTRIES, Prospect, expected_leads
from pipelines.sandbox.company.simulation import Company
from pipelines.sandbox.company.times import HOUR, midnight
from pipelines.sandbox.company.web_origins import DIRECT, Origin, landing_of, origin_of, sessions_of

ZONE = ZoneInfo("America/New_York")
PROPERTY = "412776105"
COLUMNS = ("origin", "page", "device", "country", "users", "again", "first", "sessions", "engaged", "new", "views",
           "seconds", "pricing", "forms", "leads", "signups")  # fmt: skip
"""`users` are those seen for the first time that day; `again` those seen in the row number `first` already."""
DEVICES = ("desktop", "mobile", "tablet")
PAGES = ("/", "/blog", "/pricing", "/product/automate", "/resources/handbook")
MOST_ROWS_OF_AN_ORIGIN = 2
PROCESSED_AFTER, FINAL_AFTER = 4 * HOUR, 36 * HOUR
NOT_YET = "(not set)"
_CODES = [code for code, _, _, _ in COUNTRIES]
_COUNTRY_STEPS = np.cumsum([weight for _, _, weight, _ in COUNTRIES])
Rows = list[list[int]]
Won = tuple[Prospect, Origin]
"""Somebody whom the site won, and where the visit came from."""


@dataclass
class Visits:
    """The rows of one day, with the tables their first columns point into."""

    origins: list[Origin]
    rows: Rows

    def add(self, origin: Origin, page: str, device: int, country: str, values: Sequence[int]) -> int:
        """One more row; its number."""
        if origin not in self.origins:
            self.origins.append(origin)
        where = [self.origins.index(origin), PAGES.index(page), device, _CODES.index(country)]
        self.rows.append([*where, *values])
        return len(self.rows) - 1


def write(company: Company) -> None:
    """All days up to the company's instant, the last of them as far as it has come."""
    leads, starts = _by_day(company)
    day = datetime.fromtimestamp(company.design.web_since, ZONE).date() + timedelta(days=1)
    last = datetime.fromtimestamp(company.until, ZONE).date()
    while day <= last:
        begin, end = _bounds(day)
        state, updated = _state(company.until, end)
        visits = _visitors(company, day)
        if state == "intraday":
            done = min(1.0, (company.until - begin) / (end - begin))
            visits.rows = visits.rows[: ceil(len(visits.rows) * done)]
        _converted(visits, leads.get(day, []), starts.get(day, []))
        if state == "processed":
            _without_some_campaigns(visits)
        company.book.put("ga4", "day", _body(day, state, visits), begin, updated, "date")
        day += timedelta(days=1)


def came_by_site(company: Company) -> Iterator[Won]:
    """The leads up to the company's instant that the web site won, with where they came from."""
    for who in company.leads:
        origin = None if who.is_migrated else origin_of(who)
        if origin is not None:
            yield who, origin


def local_day(instant: int) -> date:
    """The day of an instant in the property's time zone."""
    return datetime.fromtimestamp(instant, ZONE).date()


def _by_day(company: Company) -> tuple[dict[date, list[Won]], dict[date, list[Won]]]:
    """Leads and self-serve starts, each with its origin, by their day."""
    leads: dict[date, list[Won]] = {}
    starts: dict[date, list[Won]] = {}
    origins = {who.key: origin for who, origin in came_by_site(company)}
    for who in company.leads:
        if who.key in origins:
            leads.setdefault(local_day(who.lead_at), []).append((who, origins[who.key]))
        if who.is_self_serve and not who.is_migrated and who.closed_at is not None and who.closed_at <= company.until:
            starts.setdefault(local_day(who.closed_at), []).append((who, origins.get(who.key, DIRECT)))
    return leads, starts


def _bounds(day: date) -> tuple[int, int]:
    begin, end = (datetime.combine(one, time(), ZONE) for one in (day, day + timedelta(days=1)))
    return int(begin.timestamp()), int(end.timestamp())


def _state(until: int, end: int) -> tuple[str, int]:
    """How far Google has come with a day that ends then, and since when it says so."""
    if until >= end + FINAL_AFTER:
        return "final", end + FINAL_AFTER
    if until >= end + PROCESSED_AFTER:
        return "processed", end + PROCESSED_AFTER
    return "intraday", until


def _visitors(company: Company, day: date) -> Visits:
    """All visits of a whole day but those that won somebody, in the order in which they came."""
    roll = dice(company.seed, "web", day)
    expected = sessions_of(day, expected_leads(company.design, midnight(day)))
    origins = list(expected)
    counts = roll.poisson(list(expected.values()))
    parts = np.minimum(counts, MOST_ROWS_OF_AN_ORIGIN)
    place = np.repeat(np.arange(len(origins)), parts)
    within = np.arange(len(place)) - np.repeat(np.cumsum(parts) - parts, parts)
    sessions = counts[place] // parts[place] + (within < counts[place] % parts[place])
    order = roll.permutation(len(place))
    place, sessions = place[order], sessions[order]
    home = np.array([PAGES.index(landing_of(origin)) for origin in origins])
    social = np.array([origin.channel == "Paid Social" for origin in origins])
    dach = np.array(["dach" in origin.campaign for origin in origins])
    size = len(place)
    page = np.where(roll.random(size) < 0.75, home[place], roll.integers(len(PAGES), size=size))
    chance = roll.random(size)
    device = np.where(social[place], (chance > 0.3) + (chance > 0.96), (chance > 0.72) + (chance > 0.97))
    country = np.searchsorted(_COUNTRY_STEPS, roll.random(size) * _COUNTRY_STEPS[-1], side="right")
    country = np.where(dach[place], _CODES.index("DE"), country)
    return Visits(origins, _rows(roll, np.stack([place, page, device, country]), sessions))


def _rows(roll: np.random.Generator, where: npt.NDArray[np.int64], sessions: npt.NDArray[np.int64]) -> Rows:
    """What so many sessions did, a row for each place in `where`."""
    size = len(sessions)
    engaged = roll.binomial(sessions, np.where(where[2] == 0, 0.62, 0.48))
    people = sessions - roll.binomial(sessions - 1, 0.08)
    number = np.arange(size)
    again = ((roll.random(size) < 0.1) & (people > 1) & (number > 0)).astype(int)
    users = people - again
    new = roll.binomial(users, 0.74)
    views = sessions + roll.poisson(1.1 * engaged)
    seconds = roll.poisson(48.0 * engaged)
    pricing = roll.binomial(engaged, np.where(where[1] == PAGES.index("/pricing"), 0.9, 0.14))
    forms = roll.binomial(pricing, 0.1)
    first = (roll.random(size) * number).astype(int) * again
    nothing = np.zeros(size, dtype=int)
    columns = [*where, users, again, first, sessions, engaged, new, views, seconds, pricing, forms, nothing, nothing]
    found: Rows = np.stack(columns, axis=1).astype(int).tolist()
    return found


def _converted(visits: Visits, leads: Sequence[Won], starts: Sequence[Won]) -> None:
    """The visits in which somebody became a lead, or began by himself; who does both in a day is one user."""
    seen: dict[str, int] = {}
    for who, origin in leads:
        device = 0 if share(who.key, "device") < 0.86 else 1
        new, priced = int(share(who.key, "new") < 0.6), int(share(who.key, "priced") < 0.7)
        views, seconds = 3 + int(6 * share(who.key, "views")), 90 + int(500 * share(who.key, "seconds"))
        seen[who.key] = visits.add(
            origin, landing_of(origin), device, who.country, (1, 0, 0, 1, 1, new, views, seconds, priced, 1, 1, 0))
    for who, origin in starts:
        device = 0 if share(who.key, "device") < 0.86 else 1
        users = (0, 1, seen[who.key]) if who.key in seen else (1, 0, 0)
        visits.add(origin, "/pricing", device, who.country, (*users, 1, 1, 0, 4, 240, 1, 1, 0, 1))


def _without_some_campaigns(visits: Visits) -> None:
    """Google has not yet matched every ninth paid visit with its campaign."""
    for number, row in enumerate(visits.rows):
        origin = visits.origins[row[0]]
        if number % 9 == 4 and origin.medium == "cpc" and origin.campaign != NOT_YET:
            unknown = replace(origin, campaign=NOT_YET)
            if unknown not in visits.origins:
                visits.origins.append(unknown)
            row[0] = visits.origins.index(unknown)


def _body(day: date, state: str, visits: Visits) -> Body:
    return {
        "date": day.isoformat(), "state": state,
        "origins": [[one.source, one.medium, one.campaign, one.channel] for one in visits.origins],
        "pages": PAGES, "countries": [[code, NAMES[code]] for code in _CODES], "rows": visits.rows,
    }  # fmt: skip
