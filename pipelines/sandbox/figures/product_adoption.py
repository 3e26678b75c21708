"""What accounts could use and do use at each close, how engaged they are, and what power users do more of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from pipelines.sandbox.company.closing import Books
from pipelines.sandbox.company.taxonomy import FEATURES, Feature
from pipelines.sandbox.company.truth import half_away
from pipelines.sandbox.figures.product_active import PRODUCT_OF
from pipelines.sandbox.figures.product_panel import Done, Panel, Person, Row, UsageMonth, counted, local_day
from pipelines.sandbox.figures.told import Entry, Told, divided, summed

TO_BE_USED = ("trial", "free", "active", "past_due")
CUT = ("feature", "product", "plan", "country")


@dataclass(frozen=True)
class Able:
    """A tracked account whose customer has something at a month's close, with what was done there in 28 days.

    `uses` counts the sessions in which a feature was used, by everybody and by each user.
    """

    month: UsageMonth
    account: int
    parts: dict[str, str]
    features: list[Feature]
    done: list[Done]
    uses: Counter[str]
    uses_by: Counter[tuple[int, str]]


def able_accounts(panel: Panel, books: Books) -> list[Able]:
    """Month by month, account by account."""
    done_in: dict[int, list[Done]] = {}
    for one in panel.past:
        done_in.setdefault(one.who.account, []).append(one)
    found = []
    for account, done in sorted(done_in.items()):
        seen_since, who = min(one.day for one in done), done[0].who
        for month in panel.months:
            held = _held(books, who, month)
            if held and seen_since <= month.day:
                features = [one for one in FEATURES if _is_able(one, held, month.day, panel)]
                within = [one for one in done if month.holds(one.day)]
                uses = Counter(feature for one in within for feature in one.features)
                uses_by = Counter((one.who.id, feature) for one in within for feature in one.features)
                found.append(Able(month, account, who.parts, features, within, uses, uses_by))
    return found


def _held(books: Books, who: Person, month: UsageMonth) -> set[str]:
    return {
        span.product for span in books.spans.get(who.customer, [])
        if span.start < month.closes_at <= span.end and span.state in TO_BE_USED
    }  # fmt: skip


def _is_able(feature: Feature, held: set[str], day: date, panel: Panel) -> bool:
    launched = not feature.launched or local_day(feature.launched, panel.zone) <= day
    return launched and (not feature.product or feature.product in held)


def adoption(able: list[Able]) -> Iterator[Told]:
    """Of each feature: who could use it, who tried it, who adopted it."""
    could: list[Row] = []
    tried: list[Row] = []
    adopted: list[Row] = []
    for one in able:
        for feature in one.features:
            parts = {**one.parts, "feature": feature.name, "product": PRODUCT_OF[feature.name]}
            uses = one.uses[feature.name]
            could.append((one.month.month, parts, one.account))
            tried.append((one.month.month, parts, one.account if uses else None))
            adopted.append((one.month.month, parts, one.account if uses >= feature.needed else None))
    eligible, trying, adopting = (
        counted("eligible_accounts", CUT, could), counted("trying_accounts", CUT, tried),
        counted("adopting_accounts", CUT, adopted),
    )  # fmt: skip
    for told in (eligible, trying, adopting):
        yield from told
    yield from divided("feature_trial", trying, eligible)
    yield from divided("feature_adoption", adopting, eligible)


def engagement(able: list[Able]) -> Iterator[Told]:
    """The score of each account, and how much of what was bought is adopted."""
    months = sorted({one.month.month for one in able})
    accounts: list[Entry] = []
    points: list[Entry] = []
    held: list[Entry] = []
    adopted: list[Entry] = []
    for one in able:
        score = _score(one)
        level = "High" if score >= 7000 else "Medium" if score >= 4000 else "Low"
        parts = {**one.parts, "engagement_level": level}
        own = {feature.product for feature in one.features if feature.product}
        often = {each.product for each in one.features if each.product and one.uses[each.name] >= each.needed}
        for entries, amount in ((accounts, 1), (points, score), (held, len(own)), (adopted, len(often))):
            entries.append(Entry(one.month.month, parts, amount))
    cut = ("engagement_level", "plan", "country")
    engaged = list(summed("engaged_accounts", cut, accounts, months=months))
    scores = list(summed("engagement_points", cut, points, months=months, per=100))
    has = list(summed("held_products", cut[1:], held, months=months))
    uses = list(summed("adopted_products", cut[1:], adopted, months=months))
    for told in (engaged, scores, has, uses):
        yield from told
    yield from divided("engagement_score", scores, engaged)
    yield from divided("product_adoption", uses, has)


def _score(one: Able) -> int:
    """In hundredths of a point: each of the three parts is rounded to one."""
    days = {each.day for each in one.done}
    recency = Fraction(3000 * (28 - (one.month.day - max(days)).days), 28) if days else Fraction(0)
    used = sum(1 for feature in one.features if one.uses[feature.name])
    breadth = Fraction(3000 * used, len(one.features))
    return half_away(recency) + half_away(Fraction(200 * min(len(days), 20))) + half_away(breadth)


def power(panel: Panel) -> Iterator[Told]:
    """Who came on at least 16 of the 28 days, and how those differ from the others."""
    cut = ("usage_group", "plan", "country", "user_role")
    sums: dict[str, list[Entry]] = {
        name: [] for name in ("month_users", "active_days", "used_minutes", "used_features")
    }
    powerful: list[Entry] = []
    for month in panel.months:
        came: dict[int, list[Done]] = {}
        for one in panel.past:
            if month.first <= one.day <= month.day:
                came.setdefault(one.who.id, []).append(one)
        for done in came.values():
            days = len({one.day for one in done})
            parts = {**done[0].who.parts, "usage_group": "Power" if days >= 16 else "Casual"}
            minutes = half_away(Fraction(sum(one.seconds or 0 for one in done) * 100, 60))
            features = len({feature for one in done for feature in one.features})
            for entries, amount in zip(sums.values(), (1, days, minutes, features), strict=True):
                entries.append(Entry(month.month, parts, amount))
            powerful.append(Entry(month.month, parts, 1 if days >= 16 else 0))
    months = [month.month for month in panel.months]
    told = {name: list(summed(name, cut, entries, per=100 if name == "used_minutes" else 1))
            for name, entries in sums.items()}  # fmt: skip
    strong = list(summed("power_users", cut[1:], powerful, months=months))
    for figures in (*told.values(), strong):
        yield from figures
    yield from divided("power_user_share", strong, told["month_users"])
    for name, of in (("days_per_user", "active_days"), ("minutes_per_user", "used_minutes"),
                     ("features_per_user", "used_features")):  # fmt: skip
        yield from divided(name, told[of], told["month_users"])
