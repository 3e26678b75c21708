"""A panel's title is its finding. Each is computed from the rows the panel shows, so that it cannot lie. Pure.

All money is in US dollars, all ratios are fractions; `None` stands for what is not known.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from app.ui import format as f

NUMBER_WORDS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine")
MEMORY_MONTHS = 3
APOSTROPHE = "\u2019"


def round_step(value: float) -> float:
    """The round figure whose passing is worth a title: 12.1M → 1M, 985K → 100K, 43 → 10."""
    step: float = 10.0 ** math.floor(math.log10(value)) if value > 0 else 0.0
    return step / 10 if step and value / step < 1.5 and step >= 1000 and value > 1.5e6 else step


def passed(values: Sequence[float], months: int = MEMORY_MONTHS) -> float | None:
    """The round figure that the last value stands above and no value did until some months ago, or None."""
    if len(values) <= months or values[-1] <= 0:
        return None
    step = round_step(values[-1])
    mark = math.floor(values[-1] / step) * step
    return mark if mark and max(values[:-months]) < mark else None


def horizon_words(months: int) -> str:
    return "in a year" if months == 12 else f"in {months} months"


def trend(label: str, values: Sequence[float], foretold: float | None, horizon_months: int) -> str:
    """Such as "ARR passed $12M; in a year it should stand at $14.3M".

    Args:
        label: the metric.
        values: closed months, oldest first.
        foretold: the forecast's centre at the end of the horizon.
        horizon_months: how far that is.
    """
    if not values:
        return f"No {f.in_sentence(label)} yet"
    mark, ahead = passed(values), horizon_words(horizon_months)
    if mark is not None:
        finding = f"{label} passed {f.money_axis(mark)}"
    elif len(values) > 12 and values[-13]:
        ratio = values[-1] / values[-13] - 1
        verb = "grew" if ratio > 0 else "fell"
        still = f.percent(abs(ratio)) == f.percent(0)
        finding = f"{label} stood still for a year" if still else f"{label} {verb} {f.percent(abs(ratio))} in a year"
        ahead = "in another" if horizon_months == 12 else ahead
    else:
        finding = f"{label} stands at {f.money(values[-1])}"
    if foretold is None:
        return finding
    return f"{finding}; {ahead} it should stand at {f.money_axis(foretold)}"


def bridge(label: str, opening: float, closing: float, won: float, lost: float) -> str:
    """Such as "MRR grew 2.1 %: $48.4K won, $27.1K lost"; won and lost are positive amounts."""
    said = ["nothing" if f.money(amount) == f.money(0) else f.money(amount) for amount in (won, lost)]
    amounts = f"{said[0]} won, {said[1]} lost"
    if not opening:
        return f"{label} began: {amounts}"
    ratio = closing / opening - 1
    if f.percent(abs(ratio)) == f.percent(0):
        return f"{label} stood still: {amounts}"
    return f"{label} {'grew' if ratio > 0 else 'fell'} {f.percent(abs(ratio))}: {amounts}"


def ranked(changes: Sequence[tuple[str, float]]) -> str:
    """Who made the year's growth, such as "Insights and Automate brought 60 % of the year's growth".

    Args:
        changes: each part and its change on the year; the parts make the whole.
    """
    total = sum(change for _, change in changes)
    best = sorted(changes, key=lambda part: -part[1])[:2]
    if not changes:
        return "Nothing to show yet"
    if total <= 0:
        name, change = min(changes, key=lambda part: part[1])
        return f"{name} lost most in a year: {f.money(abs(change))}" if change < 0 else "Nothing changed in a year"
    share = sum(change for _, change in best) / total
    if len(changes) < 3 or best[1][1] <= 0 or share > 1:
        return f"{best[0][0]} grew most in a year, by {f.money(best[0][1])}"
    names = f.words([name for name, _ in best])
    return f"{names} brought {f.percent(share, 0)} of the year{APOSTROPHE}s growth"


def runway(months: float | None, balance: float | None, reason: str = "") -> str:
    """Such as "Cash lasts 27 months at today's burn"."""
    if balance is None:
        return "No bank balances yet"
    if months is None:
        return f"Cash stands at {f.money(balance)}{': ' + reason if reason else ''}"
    if balance <= 0:
        return "The cash is spent"
    whole = math.floor(months)
    return f"Cash lasts {whole} month{'' if whole == 1 else 's'} at today{APOSTROPHE}s burn"


def flow(noun: str, came: float | None, went: float | None) -> str:
    """Such as "121 customers won, 72 lost"."""
    if came is None or went is None:
        return f"No {noun} yet"
    one = noun.removesuffix("s") if round(came) == 1 else noun
    return f"{f.number(came) if came else 'No'} {one} won, {f.number(went) if went else 'none'} lost"


def alerts(count: int) -> str:
    if not count:
        return "Nothing to report"
    word = NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else str(count)
    return f"{word} thing{'' if count == 1 else 's'} to know"


def went_wrong(count: int) -> str:
    """Such as "2 alerts in the last week"."""
    return f"{count} alert{'' if count == 1 else 's'} in the last week" if count else "No alert in the last week"


def breakdown(label: str, dimension: str, shares: Sequence[tuple[str, float]]) -> str:
    """Such as "United States brings 48.2 % of recognised revenue"; shares largest first."""
    if not shares:
        return f"No {f.in_sentence(label)} by {dimension} yet"
    name, share = shares[0]
    if any(part < 0 for _, part in shares):  # a part of a whole that another part takes from is no share
        return f"{name} brings most of {f.in_sentence(label)}"
    return f"{name} brings {f.percent(share)} of {f.in_sentence(label)}"


def cohorts(noun: str, age: int, left: float, money: float | None = None) -> str:
    """Such as "A year on, 71.0 % of customers are still there, and 83.5 % of their money".

    Args:
        noun: whom the cohorts are made of, as many.
        age: the months since they came.
        left: the part of them that is left.
        money: the part of what they paid at first that is paid now.
    """
    when = {0: "In their first month", 1: "A month on", 6: "Half a year on", 12: "A year on"}.get(age)
    share = f.percent(left)
    most, none = ("all" if left >= 1 else "nearly all"), ("hardly any" if left > 0 else "no")
    whole = {f.percent(1): most, f.percent(0): none}.get(share)
    said = f"{when or f'{age} months on'}, {whole or f'{share} of'} {noun} are still there"
    return said if money is None else f"{said}, and {f.percent(money)} of their money"


def steps(way: str, found: Sequence[tuple[str, float]]) -> str:
    """Such as "Most are lost between Trial and Paid: 61.0 %", the part of those who came to the first of the two.

    Args:
        way: the funnel's name, if it has one: "Onboarding loses most between Invited teammate and …".
        found: each step and how many came to it, in their order.
    """
    if not found or not found[0][1]:
        return f"{way}: nobody began it" if way else "Nobody began"
    at = most_lost([count for _, count in found])
    if at is None:
        return f"{way} loses nobody" if way else "Nobody is lost on the way"
    (before, came), (after, went_on) = found[at - 1], found[at]
    lost = f"between {before} and {after}: {f.percent(1 - went_on / came)}"
    return f"{way} loses most {lost}" if way else f"Most are lost {lost}"


def most_lost(counts: Sequence[float]) -> int | None:
    """The step before which the largest number was lost, the first of several; None where none was."""
    drops = [before - after for before, after in pairwise(counts)]
    return drops.index(max(drops)) + 1 if drops and max(drops) > 0 else None


def movements(moment: date, count: int) -> str:
    month = f.month_name(moment)
    if not count:
        return f"No customer{APOSTROPHE}s MRR moved in {month}"
    return f"Whose MRR moved most in {month}"


def standing(unbuilt: date | None, failed: str) -> str:
    """What keeps a page behind: a month that closed and was not built, a newest build that failed; or nothing.

    Args:
        unbuilt: the month.
        failed: when the build failed, in words.
    """
    said = f" {f.month_name(unbuilt)} has closed since and is not built yet." if unbuilt else ""
    return said + (f" The newest build failed ({failed}); what is shown is of the one before." if failed else "")


def sources(names: Sequence[str], late: Sequence[str], failed: Sequence[str] = (), coming: Sequence[str] = ()) -> str:
    """Such as "All 4 sources have loaded", "Stripe is late" or "Stripe failed to load".

    Args:
        names: of all sources that are connected.
        late: those that are not as new as they should be.
        failed: those whose last load failed.
        coming: those that are being loaded for the first time.
    """
    if not names:
        return "No source is connected"
    if failed:
        return f"{f.words(list(failed))} failed to load"
    if not late and coming:
        return f"{f.words(list(coming))} {'is' if len(coming) == 1 else 'are'} being loaded for the first time"
    if not late:
        return f"All {len(names)} sources have loaded" if len(names) > 1 else f"{names[0]} has loaded"
    return f"{f.words(list(late))} {'is' if len(late) == 1 else 'are'} late"


def streams(count: int, aside: int) -> str:
    """Such as "All 74 streams are loaded" or "1 of 74 streams is set aside"."""
    if not count:
        return "No stream has brought rows yet"
    if not aside:
        return f"All {count} streams are loaded" if count > 1 else "The one stream is loaded"
    return f"{aside} of {count} streams {'is' if aside == 1 else 'are'} set aside"


def drifts(count: int) -> str:
    """Such as "Nothing has drifted at the sources" or "2 things have drifted at the sources"."""
    if not count:
        return "Nothing has drifted at the sources"
    return f"{count} thing{' has' if count == 1 else 's have'} drifted at the sources"


def deliveries(count: int, failed: int) -> str:
    """Such as "All 12 mails were delivered" or "1 of 12 mails was not delivered"."""
    if not count:
        return "No mail has been sent yet"
    if not failed:
        return f"All {count} mails were delivered" if count > 1 else "The one mail was delivered"
    return f"{failed} of {count} mails {'was' if failed == 1 else 'were'} not delivered"


QUESTIONS_LEAD = "What the business asks, and the certified answer. Open a question for its figures and their meaning."
SQL_LEAD = "Read what your role may read, in SQL of your own. metric('net_mrr') is a certified figure. Times are UTC."
RECORDS_LEAD = "What a figure is made of: the records of its sources, each with its id there. They add up to it."
OWN_LEAD = "What you want to see side by side: reports, figures, SQL and words, as you arrange them."
REPORTS_LEAD = "Put certified figures together yourself. What would mean nothing cannot be chosen, and says why."
LIVE_LEAD = "The month that runs, as it stands. What customers do at Stripe or in the product is here within a minute."
MEASURES_LEAD = "What Plumbline was made for, worked out of what is asked of it, by role and without names."
TIMELINE_LEAD = "Launches, price changes, outages and campaigns. Each stands on the charts of whoever may see it."
COMMENTS_LEAD = "What people say of a figure is read by whoever may see the figure, and by nobody else."
GLOSSARY_LEAD = "Each figure has one definition, one owner, and one version that is in force."


def glossary(shown: int, known: int) -> str:
    """Such as "47 certified metrics", "3 of 47 certified metrics"."""
    return f"{f.number(shown)} of {f.number(known)} certified metrics" if shown < known else (
        f"{f.number(known)} certified metrics"
    )


def inbox(count: int) -> str:
    """Such as "Three mails to you"."""
    word = NUMBER_WORDS[count] if count < len(NUMBER_WORDS) else f.number(count)
    return f"{word} mail{'' if count == 1 else 's'} to you" + ("" if count else " yet")


def promises(kept: int, broken: int, warned: int = 0, not_run: int = 0) -> str:
    """Such as "39 of 41 promises are kept, 1 warns, 3 not run"; who counts sees that the other one is broken.

    Those that could not be run, as before a source's first load, are neither kept nor broken.
    """
    count = kept + broken + warned
    rest = f", {not_run} not run" if not_run else ""
    if not count:
        return f"No promise has been checked yet{rest}"
    if broken or warned:
        warns = f", {warned} warn{'s' if warned == 1 else ''}" if warned else ""
        return f"{kept} of {count} promises {'is' if kept == 1 else 'are'} kept{warns}{rest}"
    return ("The one promise is kept" if kept == 1 else f"All {kept} promises are kept") + rest
