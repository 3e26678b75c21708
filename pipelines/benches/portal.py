"""What a page costs the portal, and how long fifty people wait for it: real sessions over real websockets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from random import Random
from statistics import median
from time import monotonic, perf_counter, process_time, sleep

import psutil

from app.dashboard import Dashboard
from app.errors import FellShort, UsageError
from app.settings import Settings
from pipelines.bench import Bench, Goal
from pipelines.sandbox.people import PEOPLE, Person
from pipelines.visitor import cookie_header, sign_in, tab

REPEATS = 12
"""Runs of each page, one after another, whose CPU time is measured: its clock ticks a hundred times a second."""
CROWD = 50
THINK_SECONDS = 10.0
CROWD_SECONDS = 120.0
COLD = "month=May+2026"
"""A month that nobody has looked at: nothing of it is in a cache."""
COMPARED = "compare=Year+before"
STAYS = 0.6
"""The share of clicks that stay on a page, and change what is chosen there; by the others people go to another."""


def figures(settings: Settings) -> Mapping[str, float]:
    """CPU milliseconds of a warm run, page by page; the cold one's seconds; seconds that a crowd waits.

    Raises:
        UsageError: there is no sandbox company, whose people it signs in.
        FellShort: a page was not drawn.
    """
    from app.login import public_url
    from pipelines.services import running

    if not settings.has_sandbox:
        raise UsageError("The bench portal signs in people of the sandbox. Expected a sandbox company, found none.")
    with running(settings, "warehouse", "identity", "portal"):
        url = public_url(settings)
        cookies = {person.email: cookie_header(sign_in(settings, url, person.email)) for person in PEOPLE}
        cold, cpu = _alone(settings, url, cookies)
        _warm(url, cookies)
        return {**cold, **cpu, **_crowd(url, cookies)}


def _pages(person: Person) -> list[Dashboard]:
    from app.gallery import dashboards

    return [page for page in dashboards().values() if page.may_open(person.roles)]


def _alone(
    settings: Settings, url: str, cookies: Mapping[str, str]
) -> tuple[Mapping[str, float], Mapping[str, float]]:
    """Each page by whoever opens it first, nobody else being there."""
    cold: dict[str, float] = {}
    cost: dict[str, float] = {}
    machines: list[float] = []
    family = _portal(settings)
    for person in PEOPLE:
        with tab(url, cookies[person.email]) as open_tab:
            for page in _pages(person):
                if page.slug in cost:
                    continue
                began = perf_counter()
                open_tab.run(page.slug, COLD if page.can_compare else "")
                cold[page.slug] = perf_counter() - began
                open_tab.run(page.slug)
                before = _cpu_seconds(family)
                for _ in range(REPEATS):
                    open_tab.run(page.slug)
                cost[page.slug] = (_cpu_seconds(family) - before) * 1000 / REPEATS
                machines.append(_machine_ms())
    each = {f"{slug}_cpu_ms": value for slug, value in sorted(cost.items())}
    found, machine = median(cost.values()), median(machines)
    each |= {"cpu_p50_ms": found, "machine_ms": machine, "cpu_p50_machines": found / machine}
    return {"cold_worst_s": max(cold.values())}, each


def _warm(url: str, cookies: Mapping[str, str]) -> None:
    """Each page as the crowd will ask for it, once for all who hold the same roles: their colleagues were there before.

    What it costs where nobody was is `cold_worst_s`.
    """
    for person in {person.roles: person for person in PEOPLE}.values():
        with tab(url, cookies[person.email]) as open_tab:
            for page in _pages(person):
                for chosen in ("", COMPARED) if page.can_compare else ("",):
                    open_tab.run(page.slug, chosen)


def _machine_ms() -> float:
    """CPU milliseconds of a million additions: what this machine is worth at this moment, to compare others by."""
    began, total = process_time(), 0
    for number in range(1_000_000):
        total += number
    return (process_time() - began) * 1000


def _portal(settings: Settings) -> list[psutil.Process]:
    """The portal's process and those that it started."""
    from pipelines.process import living, read_record

    found = living(read_record(settings, "portal"))
    if found is None:
        raise FellShort("The portal ended while it was measured. Expected it to run; its log says why.")
    return [found, *found.children(recursive=True)]


def _cpu_seconds(family: Sequence[psutil.Process]) -> float:
    return float(sum(each.cpu_times().user + each.cpu_times().system for each in family))


def _crowd(url: str, cookies: Mapping[str, str]) -> Mapping[str, float]:
    """Fifty people at once, each with pauses to think: how long a first view takes them, and each click after it."""
    end = monotonic() + CROWD_SECONDS
    with ThreadPoolExecutor(CROWD) as pool:
        told = [pool.submit(_visit, url, cookies, number, end) for number in range(CROWD)]
        waited = [each.result() for each in told]
    first, again = sorted(one[0] for one in waited), sorted(value for one in waited for value in one[1])
    return {
        "first_view_p95_s": first[int(len(first) * 0.95)], "rerun_p50_ms": median(again) * 1000,
        "rerun_p95_ms": again[int(len(again) * 0.95)] * 1000, "rerun_count": float(len(again)),
    }  # fmt: skip


def _visit(url: str, cookies: Mapping[str, str], number: int, end: float) -> tuple[float, list[float]]:
    """One person's visit until the instant `end`: seconds of the first view, and of each run after it."""
    dice, person = Random(number), PEOPLE[number % len(PEOPLE)]
    boards = [page for page in _pages(person) if page.section == "Dashboards"] or _pages(person)
    page = dice.choice(boards)
    sleep(dice.uniform(0, THINK_SECONDS))
    began = perf_counter()
    again: list[float] = []
    with tab(url, cookies[person.email]) as open_tab:
        open_tab.run(page.slug)
        first = perf_counter() - began
        while monotonic() + (pause := dice.expovariate(1 / THINK_SECONDS)) < end:
            sleep(pause)
            stays = dice.random() < STAYS
            page = page if stays else dice.choice(_pages(person))
            began = perf_counter()
            open_tab.run(page.slug, dice.choice(("", COMPARED)) if stays and page.can_compare else "")
            again.append(perf_counter() - began)
    return first, again


BENCH = Bench(
    "portal",
    figures,
    {
        "cpu_p50_ms": Goal(must=25, aim=15),
        "rerun_p95_ms": Goal(must=500, aim=200),
        "first_view_p95_s": Goal(must=1.5, aim=0.8),
        "cold_worst_s": Goal(must=3, aim=1.5),
    },
)
